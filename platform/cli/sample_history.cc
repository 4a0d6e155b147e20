#include "platform/cli/sample_history.h"

#include <array>
#include <libpq-fe.h>

#include "platform/cli/terminal.h"
#include "platform/sample/format.h"
#include "platform/sample/timeline.h"

using namespace std::chrono_literals;

namespace varve::cli {
namespace {

using database::Connection;

// A COPY each few days of a table: few commands, and little memory whatever the number of days.
constexpr std::size_t kCopyBytes = 4 << 20;

constexpr const char* kCreateLoad = R"sql(
CREATE SCHEMA IF NOT EXISTS varve_sample;
CREATE TABLE IF NOT EXISTS varve_sample.load (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    seed bigint NOT NULL,
    anchor bigint NOT NULL,
    loaded_until bigint NOT NULL
);
COMMENT ON TABLE varve_sample.load IS
    'which sample the tables hold: seed, and hours and milliseconds since 1970 of its anchor and of its end')sql";

constexpr const char* kAnyRow =
    "SELECT EXISTS (SELECT FROM customer_metrics) OR EXISTS (SELECT FROM order_metrics) OR EXISTS "
    "(SELECT FROM "
    "payment_metrics) OR EXISTS (SELECT FROM revenue_metrics) OR EXISTS (SELECT FROM "
    "system_metrics)";

constexpr const char* kAnalyze =
    "ANALYZE customer_metrics, order_metrics, payment_metrics, revenue_metrics, system_metrics";

/// Rows of the five tables, on their way.
class Loader {
 public:
  explicit Loader(Connection& connection) : connection_(connection) {}

  void add(const sample::Event& event) {
    // The table has it, or its origin is before our time.
    if (event.duplicate) return;
    const std::size_t kind = sample::kind_of(event);
    sample::append_row(lines_[kind], event);
    ++rows_;
    if (sample::is_revenue(event)) {
      sample::append_revenue_row(lines_[sample::kRevenueTable], event);
      ++rows_;
      flush_if(sample::kRevenueTable, kCopyBytes);
    }
    flush_if(kind, kCopyBytes);
  }

  void finish() {
    for (std::size_t table = 0; table < sample::kTableCount; ++table) flush_if(table, 1);
  }

  std::int64_t rows() const { return rows_; }

 private:
  void flush_if(std::size_t table, std::size_t bytes) {
    std::string& lines = lines_[table];
    if (lines.size() < bytes) return;
    const sample::Table& to = sample::kTables[table];
    connection_.execute("COPY " + std::string(to.name) + " (" + std::string(to.columns) +
                        ") FROM STDIN");
    PGconn* raw = connection_.raw();
    if (PQputCopyData(raw, lines.data(), int(lines.size())) != 1 ||
        PQputCopyEnd(raw, nullptr) != 1) {
      throw database::Error({}, PQerrorMessage(raw));
    }
    connection_.take_result();
    lines.clear();
  }

  Connection& connection_;
  std::array<std::string, sample::kTableCount> lines_;
  std::int64_t rows_ = 0;
};

std::int64_t load(Connection& connection, const Loaded& plan, int days, std::ostream& out) {
  const auto begin = std::chrono::floor<std::chrono::hours>(plan.until - days * 24h);
  Loader loader(connection);
  Progress progress(out, is_terminal(), "history of " + std::to_string(days) + " days");
  sample::Timeline timeline({.seed = plan.seed, .anchor = plan.anchor}, begin);
  while (timeline.hour() < plan.until) {
    for (const sample::Event& event : timeline.next_hour()) {
      if (event.arrival < plan.until) loader.add(event);
    }
    progress.show(double((timeline.hour() - begin).count()) / (days * 24),
                  grouped(loader.rows()) + " rows");
  }
  loader.finish();
  progress.finish();
  return loader.rows();
}

}  // namespace

std::optional<Loaded> find_loaded(Connection& connection) {
  if (connection.execute("SELECT to_regclass('varve_sample.load')").is_null(0, 0))
    return std::nullopt;
  const auto row = connection.execute("SELECT seed, anchor, loaded_until FROM varve_sample.load");
  if (row.rows() == 0) return std::nullopt;
  return Loaded{std::uint64_t(row.integer(0, 0)),
                sample::Hour(std::chrono::hours(row.integer(0, 1))),
                sample::TimePoint(std::chrono::milliseconds(row.integer(0, 2)))};
}

void remember_loaded(Connection& connection, const Loaded& loaded) {
  connection.execute(
      "INSERT INTO varve_sample.load (seed, anchor, loaded_until) VALUES ($1, $2, $3) ON CONFLICT "
      "(only_one) DO UPDATE "
      "SET seed = $1, anchor = $2, loaded_until = $3",
      {std::int64_t(loaded.seed), loaded.anchor.time_since_epoch().count(),
       loaded.until.time_since_epoch().count()});
}

std::string load_history(Connection& connection, const HistoryOptions& options, std::ostream& out) {
  const auto begin = std::chrono::steady_clock::now();
  connection.execute("SET search_path = public");
  database::Transaction transaction(connection);
  // Of two at a time, the second finds the tables full.
  connection.execute("SELECT pg_advisory_xact_lock(hashtext('varve sample'))");
  if (find_loaded(connection)) return "kept: the sample is loaded already";
  if (connection.execute(kAnyRow).text(0, 0) == "t") {
    return "left out: the tables have rows, and the sample goes into empty ones only";
  }
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const Loaded plan{options.seed, std::chrono::floor<std::chrono::days>(now),
                    now - (options.leave_last_hour ? 1h : 0h)};
  connection.script(kCreateLoad);
  const std::int64_t rows = load(connection, plan, options.days, out);
  remember_loaded(connection, plan);
  transaction.commit();
  connection.execute(kAnalyze);
  return grouped(rows) + " rows of " + std::to_string(options.days) + " days in" +
         seconds_text(std::chrono::steady_clock::now() - begin) + " s" +
         (options.leave_last_hour ? ", all but the last hour" : "");
}

}  // namespace varve::cli
