#include "platform/api/connection_pool.h"

#include <array>

namespace varve::api {
namespace {

// A worker answers a question in milliseconds; whoever is behind this many waits for seconds.
constexpr std::size_t kWaitingPerWorker = 64;

/// One worker's connection, opened on demand.
class PooledDatabase final : public Database {
 public:
  explicit PooledDatabase(const ConnectionPool::Settings& settings)
      : settings_(settings), timeout_(std::to_string(settings.statement_timeout.count())) {}

  Row row(std::string_view sql, const database::Parameters& parameters) override {
    const bool was_open = connection_.has_value();
    try {
      return ask(sql, parameters);
    } catch (const database::Error&) {
      if (connection_ && connection_->usable()) throw;
      connection_.reset();
      if (!was_open) throw;
    }
    // It was open before this question: PostgreSQL may have restarted since. Questions only read,
    // so asking again does no harm.
    return ask(sql, parameters);
  }

 private:
  Row ask(std::string_view sql, const database::Parameters& parameters) {
    if (!connection_)
      connection_ = database::Connection::open(settings_.conninfo, "varved api", kConnectTimeout);
    // Settings of the transaction, not of the session: behind PgBouncer the session is shared. One
    // round trip all the same.
    const std::array<database::Connection::Statement, 4> statements = {{
        {"BEGIN READ ONLY", {}},
        {"SELECT set_config('statement_timeout', $1, true), set_config('TimeZone', 'UTC', true), "
         "set_config('jit', 'off', true)",
         {timeout_}},
        {std::string(sql), parameters},
        {"COMMIT", {}},
    }};
    try {
      const auto results = connection_->pipeline(statements);
      const database::Result& result = results[2];
      Row row;
      for (int column = 0; column < result.columns(); ++column)
        row.push_back(result.optional(0, column));
      return row;
    } catch (const database::Error&) {
      if (connection_->usable() && connection_->in_transaction()) connection_->execute("ROLLBACK");
      throw;
    }
  }

  static constexpr std::chrono::seconds kConnectTimeout{2};

  const ConnectionPool::Settings& settings_;
  const std::string timeout_;
  std::optional<database::Connection> connection_;
};

class ClosedDatabase final : public Database {
 public:
  Row row(std::string_view, const database::Parameters&) override {
    throw database::Error({}, "the service is stopping");
  }
};

}  // namespace

ConnectionPool::ConnectionPool(Settings settings, Metrics& metrics)
    : settings_(std::move(settings)),
      most_waiting_(kWaitingPerWorker * static_cast<std::size_t>(settings_.size)),
      in_use_(metrics.gauge("varve_pg_pool_in_use", "connections that answer a question now")),
      wait_seconds_(metrics.histogram("varve_pg_pool_wait_seconds",
                                      "time that questions waited for a connection",
                                      seconds_bounds())) {
  for (int i = 0; i < settings_.size; ++i) {
    workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

ConnectionPool::~ConnectionPool() {
  for (std::jthread& worker : workers_) worker.request_stop();
  workers_.clear();
  ClosedDatabase closed;
  for (Waiting& waiting : waiting_) waiting.task(closed);
}

bool ConnectionPool::submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting_) return false;
    waiting_.push_back({std::move(task), std::chrono::steady_clock::now()});
  }
  wakeup_.notify_one();
  return true;
}

bool ConnectionPool::take(const std::stop_token& stop, Waiting& next) {
  std::unique_lock lock(mutex_);
  if (!wakeup_.wait(lock, stop, [this] { return !waiting_.empty(); })) return false;
  if (stop.stop_requested()) return false;
  next = std::move(waiting_.front());
  waiting_.pop_front();
  return true;
}

void ConnectionPool::work(const std::stop_token& stop) {
  PooledDatabase database(settings_);
  Waiting next;
  while (take(stop, next)) {
    wait_seconds_.Observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - next.since).count());
    in_use_.Increment();
    next.task(database);
    next.task = nullptr;
    in_use_.Decrement();
  }
}

}  // namespace varve::api
