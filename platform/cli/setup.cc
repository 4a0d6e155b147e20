#include "platform/cli/setup.h"

#include <algorithm>
#include <embedded/schema.h>
#include <ostream>
#include <regex>

#include "platform/base/database.h"
#include "platform/cli/foreign_objects.h"
#include "platform/cli/terminal.h"

namespace varve::cli {
namespace {

using database::Connection;

constexpr int kStepCount = 5;
constexpr const char* kExtensionTitle = "install the extension";
constexpr const char* kTablesTitle = "create the hypertables";
constexpr const char* kViewsTitle = "create the aggregates";
constexpr const char* kPoliciesTitle = "compression and retention";
constexpr const char* kSampleTitle = "load sample data";

// An installed older version is brought up to that of the files.
constexpr const char* kExtension =
    "CREATE EXTENSION IF NOT EXISTS varve;\nALTER EXTENSION varve UPDATE;\n";

/// The schema files whose numbers are in [low, high], one after the other.
std::string schema_sql(std::string_view low, std::string_view high) {
  std::string sql;
  for (const embedded::File& file : embedded::schema::files()) {
    const std::string_view number = file.name.substr(0, 2);
    if (low <= number && number <= high) sql.append(file.text).append("\n");
  }
  return sql;
}

// 10 to 29 are tables, 50 to 59 what the services need besides.
std::string tables_sql() { return schema_sql("10", "29") + schema_sql("50", "59"); }
std::string views_sql() { return schema_sql("30", "39"); }
std::string policies_sql() { return schema_sql("40", "49"); }

/// The aggregates as plain views, which have the same columns and leave no trace behind.
std::string plain_views_sql() {
  static const std::regex head(
      R"(CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+)\s+WITH \([^)]*\) AS)");
  static const std::regex tail(R"(\s+WITH NO DATA;)");
  static const std::regex comment("COMMENT ON MATERIALIZED VIEW");
  const std::string views = std::regex_replace(views_sql(), head, "CREATE VIEW $1 AS");
  return std::regex_replace(std::regex_replace(views, tail, ";"), comment, "COMMENT ON VIEW");
}

std::string install_extension(Connection& connection) {
  try {
    connection.script(kExtension);
  } catch (const database::Error& error) {
    // 55000: it is not preloaded; 58P01 and 0A000: its files are not where the server looks.
    if (error.sqlstate() != "55000" && error.sqlstate() != "58P01" && error.sqlstate() != "0A000")
      throw;
    throw database::Error(
        error.sqlstate(),
        std::string(error.what()) +
            "\nhint: install Varve's files into the server, add varve to shared_preload_libraries "
            "in postgresql.conf, and restart the server",
        error.detail());
  }
  const auto version =
      connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'varve'");
  return "version " + std::string(version.text(0, 0));
}

std::string extension_schema(Connection& connection) {
  return std::string(connection
                         .execute("SELECT quote_ident(nspname) FROM pg_extension e JOIN "
                                  "pg_namespace n ON n.oid = e.extnamespace "
                                  "WHERE extname = 'varve'")
                         .text(0, 0));
}

std::string create_tables(Connection& connection, bool force) {
  const std::string schema = extension_schema(connection);
  const auto foreign =
      find_foreign_objects(connection, schema_sql("10", "19") + plain_views_sql(), schema);
  if (!foreign.empty() && !force) throw ForeignObjects(foreign);
  if (!foreign.empty()) move_aside(connection, foreign);
  connection.script("SET LOCAL search_path = public, " + schema + ";" + tables_sql());
  const auto count = connection.execute(
      "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_schema = 'public' "
      "AND "
      "hypertable_name IN ('customer_metrics', 'order_metrics', 'payment_metrics', "
      "'revenue_metrics', "
      "'system_metrics')");
  return std::string(count.text(0, 0)) + " hypertables" +
         (foreign.empty()
              ? ""
              : ", " + std::to_string(foreign.size()) + " foreign objects moved to before_varve");
}

/// Executes what the query gives, one statement after another. Not in a transaction: they commit.
void execute_each(Connection& connection, const std::string& query) {
  const auto statements = connection.execute(query);
  for (int row = 0; row < statements.rows(); ++row) {
    connection.execute(std::string(statements.text(row, 0)));
  }
}

void refresh_aggregates(Connection& connection) {
  execute_each(
      connection,
      "SELECT format('CALL refresh_continuous_aggregate(%L, NULL, NULL)', relation) "
      "FROM varve_catalog.continuous_aggregate WHERE relation IN ('revenue_daily'::regclass, "
      "'customer_activity_hourly'::regclass, 'payment_status_daily'::regclass, "
      "'revenue_region_daily'::regclass, 'customer_activity_quarterly'::regclass)");
}

/// History is old when it is loaded, and the policies have run before.
void convert_old_chunks(Connection& connection) {
  execute_each(connection,
               "SELECT format('CALL run_job(%s)', job_id) FROM timescaledb_information.jobs "
               "WHERE proc_name = 'policy_compression' AND hypertable_schema = 'public' AND "
               "hypertable_name IN ('customer_metrics', 'order_metrics', 'payment_metrics', "
               "'revenue_metrics', 'system_metrics') ORDER BY job_id");
}

std::string apply_policies(Connection& connection) {
  connection.script(policies_sql());
  return "columnstore, retention and refresh";
}

}  // namespace

void set_up(const Config& config, const SetupOptions& options, std::ostream& out) {
  if (options.dry_run) {
    out << setup_script();
    if (options.sample) {
      out << "\n-- [5/5] " << kSampleTitle << ": varve sample --days " << options.history.days
          << "\n";
    }
    return;
  }
  Connection connection = Connection::open(config.text("database.conninfo"), "varve setup");
  Steps steps(out, kStepCount);
  database::Transaction transaction(connection);
  // Two setups at a time would wait for each other's names; this way the second finds all done.
  connection.execute("SELECT pg_advisory_xact_lock(hashtext('varve setup'))");
  steps.run(kExtensionTitle, [&] { return install_extension(connection); });
  steps.run(kTablesTitle, [&] { return create_tables(connection, options.force); });
  steps.run(kViewsTitle, [&] {
    connection.script(views_sql());
    return "";
  });
  steps.run(kPoliciesTitle, [&] { return apply_policies(connection); });
  transaction.commit();
  steps.run(kSampleTitle, [&] {
    return options.sample ? load_history(connection, options.history, out) : "left out, as asked";
  });
  if (!options.sample) return;
  refresh_aggregates(connection);
  convert_old_chunks(connection);
}

std::string setup_script() {
  std::string script =
      "-- varve setup " VARVE_VERSION ", for psql\n\\set ON_ERROR_STOP on\nBEGIN;\n";
  int number = 0;
  const auto add = [&](const char* title, const std::string& sql) {
    script += "\n-- [" + std::to_string(++number) + "/5] " + title + "\n" + sql;
  };
  add(kExtensionTitle, kExtension);
  add(kTablesTitle, "SET LOCAL search_path = public;\n" + tables_sql());
  add(kViewsTitle, views_sql());
  add(kPoliciesTitle, policies_sql());
  return script + "COMMIT;\n";
}

}  // namespace varve::cli
