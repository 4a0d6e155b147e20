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

  void act(std::string_view sql, const database::Parameters& parameters) override {
    // So that a connection which has gone stale is not found out by a statement that must not be
    // tried twice.
    row("SELECT 1", {});
    connection_->execute(std::string(sql), parameters);
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
  void act(std::string_view, const database::Parameters&) override {
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
    Worker& worker = workers_.emplace_back();
    threads_.emplace_back([this, &worker](const std::stop_token& stop) { work(stop, worker); });
  }
}

ConnectionPool::~ConnectionPool() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
  ClosedDatabase closed;
  for (Waiting& waiting : waiting_) waiting.task(closed);
}

bool ConnectionPool::submit(Task task) {
  Waiting waiting{std::move(task), std::chrono::steady_clock::now()};
  const std::lock_guard lock(mutex_);
  if (!idle_.empty()) {
    Worker& worker = *idle_.back();
    idle_.pop_back();
    worker.next = std::move(waiting);
    worker.wakeup.notify_one();
    return true;
  }
  if (waiting_.size() >= most_waiting_) return false;
  waiting_.push_back(std::move(waiting));
  return true;
}

std::optional<ConnectionPool::Waiting> ConnectionPool::take(const std::stop_token& stop,
                                                            Worker& self) {
  std::unique_lock lock(mutex_);
  if (stop.stop_requested()) return std::nullopt;
  if (!waiting_.empty()) {
    std::optional<Waiting> next = std::move(waiting_.front());
    waiting_.pop_front();
    return next;
  }
  idle_.push_back(&self);
  self.wakeup.wait(lock, stop, [&] { return self.next.has_value(); });
  // Nothing came: we are to stop, and must not be handed anything any more.
  if (!self.next) std::erase(idle_, &self);
  return std::exchange(self.next, std::nullopt);
}

void ConnectionPool::work(const std::stop_token& stop, Worker& self) {
  PooledDatabase database(settings_);
  while (auto next = take(stop, self)) {
    wait_seconds_.Observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - next->since).count());
    in_use_.Increment();
    next->task(database);
    in_use_.Decrement();
  }
}

}  // namespace varve::api
