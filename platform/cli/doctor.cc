#include "platform/cli/doctor.h"

#include <optional>

#include "platform/base/database.h"
#include "platform/cli/broker.h"
#include "platform/cli/http_probe.h"
#include "platform/cli/terminal.h"

using namespace std::chrono_literals;

namespace varve::cli {
namespace {

using database::Connection;
using enum Finding::Level;
using Findings = std::vector<Finding>;

constexpr std::int64_t kOldestServer = 150'000;
constexpr std::int64_t kLagWarn = 100'000;
constexpr const char* kRunSetup = "run varve setup";

constexpr const char* kTables =
    "('customer_metrics', 'order_metrics', 'payment_metrics', 'revenue_metrics', 'system_metrics')";

bool exists(Connection& connection, const std::string& relation) {
  return !connection.execute("SELECT to_regclass($1)", {relation}).is_null(0, 0);
}

Finding server(Connection& connection) {
  const auto row = connection.execute(
      "SELECT current_setting('server_version_num'), current_setting('server_version')");
  const std::string version = "PostgreSQL " + std::string(row.text(0, 1));
  if (row.integer(0, 0) < kOldestServer)
    return {kFail, "server", version, "Varve needs PostgreSQL 15"};
  return {kOk, "server", version, ""};
}

Finding preload(Connection& connection) {
  // Only superusers and pg_read_all_settings see the setting: without it there is no row.
  const auto row = connection.execute(
      "SELECT setting ~ '(^|[, \"/])varve(\\.so)?([, \"]|$)' FROM pg_settings WHERE name = "
      "'shared_preload_libraries'");
  if (row.rows() == 0)
    return {kOk, "preload", "this role may not see the setting; see the extension", ""};
  if (row.text(0, 0) == "t") return {kOk, "preload", "varve is in shared_preload_libraries", ""};
  return {kFail, "preload", "varve is not in shared_preload_libraries",
          "add it in postgresql.conf and restart the server"};
}

Finding extension(Connection& connection) {
  const auto installed = connection.execute(
      "SELECT extversion, quote_ident(nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = "
      "extnamespace "
      "WHERE extname = 'varve'");
  if (installed.rows() == 0)
    return {kFail, "extension", "not installed in this database", kRunSetup};
  const std::string version(installed.text(0, 0));
  const std::string schema(installed.text(0, 1));
  const std::string library(connection.execute("SELECT " + schema + ".varve_version()").text(0, 0));
  if (version != library) {
    return {kFail, "extension", "version " + version + ", but the library is " + library,
            "restart the server, then ALTER EXTENSION varve UPDATE"};
  }
  return {kOk, "extension", "version " + version + ", and so is the library", ""};
}

Finding hypertables(Connection& connection) {
  const auto row =
      connection.execute(std::string("SELECT count(*), coalesce(sum(num_chunks), 0) FROM "
                                     "timescaledb_information.hypertables WHERE "
                                     "hypertable_schema = 'public' AND hypertable_name IN ") +
                         kTables);
  if (row.integer(0, 0) != 5) {
    return {kFail, "hypertables", std::string(row.text(0, 0)) + " of 5 tables are hypertables",
            kRunSetup};
  }
  return {kOk, "hypertables", "5, with " + std::string(row.text(0, 1)) + " chunks", ""};
}

Finding aggregates(Connection& connection) {
  std::string missing;
  for (const char* name : {"revenue_daily", "customer_activity_hourly", "payment_status_daily",
                           "revenue_region_daily", "customer_activity_quarterly"}) {
    if (!exists(connection, std::string("public.") + name))
      missing += std::string(missing.empty() ? "" : ", ") + name;
  }
  if (!missing.empty()) return {kFail, "aggregates", "missing: " + missing, kRunSetup};
  return {kOk, "aggregates", "5", ""};
}

Finding indexes(Connection& connection) {
  const auto row = connection.execute(
      "SELECT count(*), string_agg(indexrelid::regclass::text, ', ') FROM (SELECT indexrelid FROM "
      "pg_index WHERE NOT "
      "indisvalid ORDER BY indexrelid LIMIT 5) i");
  if (row.integer(0, 0) == 0) return {kOk, "indexes", "all are valid", ""};
  return {kWarn, "indexes", "invalid: " + std::string(row.text(0, 1)),
          "REINDEX INDEX CONCURRENTLY, or drop them"};
}

Finding gaps(Connection& connection) {
  const auto row = connection.execute(
      "SELECT count(*), coalesce(sum(to_offset - from_offset), 0) FROM ingest.gaps");
  if (row.integer(0, 0) == 0) return {kOk, "ingest gaps", "none", ""};
  return {kWarn, "ingest gaps",
          std::string(row.text(0, 0)) + ", of " + std::string(row.text(0, 1)) + " offsets",
          "the broker dropped events before they were read: see ingest.gaps"};
}

Finding dead_letters(Connection& connection) {
  const auto row = connection.execute(
      "SELECT count(*), max(error_message) FROM ingest.dead_letters WHERE status NOT IN "
      "('retried', 'discarded')");
  if (row.integer(0, 0) == 0) return {kOk, "dead letters", "none", ""};
  return {kWarn, "dead letters",
          std::string(row.text(0, 0)) + ", such as: " + std::string(row.text(0, 1)),
          "see ingest.dead_letters"};
}

Finding jobs(Connection& connection) {
  const auto row = connection.execute(
      "SELECT count(*), count(*) FILTER (WHERE bad), min(application_name || ': ' || "
      "coalesce(reason, "
      "state)) FILTER (WHERE bad) FROM (SELECT *, state = 'gave up' OR last_run_status = 'Failed' "
      "OR "
      "(state = 'waiting' AND next_start < now() - interval '1 hour') AS bad FROM "
      "timescaledb_information.job_stats) j");
  if (row.integer(0, 1) == 0) return {kOk, "jobs", std::string(row.text(0, 0)) + ", all well", ""};
  return {kWarn, "jobs",
          std::string(row.text(0, 1)) + " of " + std::string(row.text(0, 0)) +
              " are not well: " + std::string(row.text(0, 2)),
          "see timescaledb_information.job_errors and job_stats"};
}

/// A finding for each warning of advise().
Findings advice(Connection& connection) {
  const auto rows = connection.execute(
      "SELECT rule, coalesce(relation::text || ': ', '') || coalesce(finding, title), "
      "coalesce(repair, '') FROM advise() WHERE severity = 'warning'");
  Findings findings;
  for (int row = 0; row < rows.rows(); ++row) {
    findings.push_back({kWarn, "advice " + std::string(rows.text(row, 0)),
                        std::string(rows.text(row, 1)), std::string(rows.text(row, 2))});
  }
  if (findings.empty()) findings.push_back({kOk, "advice", "nothing to warn of", ""});
  return findings;
}

Offsets read_offsets(Connection& connection, const std::string& group) {
  Offsets offsets;
  const auto rows = connection.execute(
      "SELECT topic, part, next_offset FROM ingest.offsets WHERE group_id = $1", {group});
  for (int row = 0; row < rows.rows(); ++row) {
    offsets[{std::string(rows.text(row, 0)), std::int32_t(rows.integer(row, 1))}] =
        rows.integer(row, 2);
  }
  return offsets;
}

Finding lag(const Offsets& ends, const Offsets& read) {
  std::int64_t behind = 0;
  for (const auto& [partition, end] : ends) {
    const auto found = read.find(partition);
    const std::int64_t next = found == read.end() ? 0 : found->second;
    if (next > end) {
      return {kWarn, "ingest lag", "the broker has less than was read from it: its topics are new",
              "start varved ingest: it goes back to where they begin"};
    }
    behind += end - next;
  }
  if (behind < kLagWarn) return {kOk, "ingest lag", grouped(behind) + " events", ""};
  return {kWarn, "ingest lag", grouped(behind) + " events",
          "is varved ingest running? see its log"};
}

/// Runs a check; an error is its finding.
template <class Check>
std::optional<Finding> guarded(const char* name, const char* hint, const Check& check) {
  try {
    return check();
  } catch (const std::exception& error) {
    return Finding{kFail, name, error.what(), hint};
  }
}

void examine_database(Connection& connection, const Config& config, Findings& findings,
                      Offsets& read) {
  struct Check {
    const char* name;
    Finding (*run)(Connection&);
  };
  const auto run = [&](const Check& check) {
    findings.push_back(*guarded(check.name, kRunSetup, [&] { return check.run(connection); }));
  };
  run({"server", server});
  run({"preload", preload});
  run({"extension", extension});
  if (findings.back().level == kFail) return;  // the rest would only repeat it
  for (const Check& check : {Check{"hypertables", hypertables},
                             {"aggregates", aggregates},
                             {"jobs", jobs},
                             {"indexes", indexes},
                             {"ingest gaps", gaps},
                             {"dead letters", dead_letters}}) {
    run(check);
  }
  try {
    for (Finding& finding : advice(connection)) findings.push_back(std::move(finding));
  } catch (const std::exception& error) {
    findings.push_back({kFail, "advice", error.what(), kRunSetup});
  }
  if (exists(connection, "ingest.offsets"))
    read = read_offsets(connection, config.text("kafka.group"));
}

void examine_broker(const Config& config, const Offsets& read, Findings& findings) {
  constexpr auto kTimeout = 3s;
  std::optional<BrokerState> state;
  findings.push_back(
      *guarded("broker", "start varved devbroker, or correct kafka.bootstrap", [&]() -> Finding {
        state = ask_broker(bootstrap_of(config), topics_of(config), kTimeout);
        if (state->ends.empty())
          return {kFail, "broker", state->brokers + ", without our topics", "create the topics"};
        return {kOk, "broker",
                state->brokers + ", " + std::to_string(state->ends.size()) +
                    " partitions of our topics",
                ""};
      }));
  if (state && !state->ends.empty()) findings.push_back(lag(state->ends, read));
}

Finding api(const Config& config) {
  const std::string& host = config.text("api.listen");
  const std::string& port = config.text("api.port");
  const std::string where = host + ":" + port;
  try {
    const int status = http_status(host, port, "/readyz", 3s);
    if (status == 200) return {kOk, "api", "ready at " + where, ""};
    return {kFail, "api", where + " is not ready: /readyz answers " + std::to_string(status),
            "see the log of varved"};
  } catch (const std::exception& error) {
    return {kFail, "api", where + ": " + error.what(), "start varved api, or correct api.port"};
  }
}

}  // namespace

Findings examine(const Config& config, const DoctorOptions& options) {
  Findings findings;
  Offsets read;
  try {
    Connection connection = Connection::open(config.text("database.conninfo"), "varve doctor");
    examine_database(connection, config, findings, read);
  } catch (const database::Error& error) {
    findings.push_back(
        {kFail, "server", error.what(), "set PG* variables or database.conninfo; is it running?"});
  }
  if (options.database_only) return findings;
  examine_broker(config, read, findings);
  findings.push_back(api(config));
  return findings;
}

}  // namespace varve::cli
