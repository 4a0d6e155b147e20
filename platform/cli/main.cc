#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "platform/base/flags.h"
#include "platform/base/log.h"
#include "platform/base/shutdown.h"
#include "platform/cli/broker.h"
#include "platform/cli/doctor.h"
#include "platform/cli/foreign_objects.h"
#include "platform/cli/sample_events.h"
#include "platform/cli/setup.h"

namespace varve::cli {
namespace {

enum ExitCode { kSuccess = 0, kFailure = 1, kUsage = 2, kDatabaseUnreachable = 3 };

struct SampleOptions {
  HistoryOptions history;
  bool live = false;
  LiveOptions live_options;
  const CLI::Option* through_kafka = nullptr;
  std::string bootstrap;  // empty: as configured
};

struct Options {
  SettingFlags flags;
  SetupOptions setup;
  SampleOptions sample;
  DoctorOptions doctor;
  bool json = false;
};

void add_history_options(CLI::App& app, HistoryOptions& history, const std::string& days) {
  app.add_option(days, history.days, "days of history, up to now")
      ->check(CLI::Range(1, kMostDays))
      ->capture_default_str();
  app.add_option("--seed", history.seed, "the same seed gives the same business")
      ->capture_default_str();
  app.add_flag("--leave-last-hour", history.leave_last_hour,
               "leave what arrives within the last hour to varve sample --through-kafka");
}

void add_setup(CLI::App& app, Options& options) {
  constexpr std::string_view kSections[] = {"database"};
  CLI::App* setup = app.add_subcommand(
      "setup", "make a database ready: extension, tables, aggregates, policies, sample");
  setup->add_flag("--dry-run", options.setup.dry_run, "print the SQL, and change nothing");
  setup->add_flag("!--no-sample", options.setup.sample, "leave the tables empty");
  setup->add_flag("--force", options.setup.force,
                  "move objects that have our names and another shape to the schema before_varve");
  add_history_options(*setup, options.setup.history, "--sample-days");
  add_setting_flags(*setup, kSections, options.flags);
}

void add_sample(CLI::App& app, Options& options) {
  constexpr std::string_view kSections[] = {"database", "kafka"};
  SampleOptions& sample = options.sample;
  CLI::App* command = app.add_subcommand(
      "sample", "fill empty tables with a business to look at, or keep it going");
  add_history_options(*command, sample.history, "--days");
  sample.through_kafka =
      command
          ->add_option(
              "--through-kafka", sample.bootstrap,
              "send the last hour as events to the topics; HOST:PORT,... if not as configured")
          ->expected(0, 1);
  command->add_flag("--live", sample.live, "send new events as they happen, until stopped");
  command
      ->add_option("--rate", sample.live_options.rate_per_second,
                   "live events a second, on average over a day")
      ->check(CLI::Range(kLeastRate, kLargestRate))
      ->capture_default_str();
  add_setting_flags(*command, kSections, options.flags);
}

void add_doctor(CLI::App& app, Options& options) {
  constexpr std::string_view kSections[] = {"database", "kafka", "api"};
  CLI::App* doctor = app.add_subcommand(
      "doctor", "look at everything Varve needs; exit code 1 if something fails");
  doctor->add_flag("--json", options.json, "for programs");
  doctor->add_flag("--database-only", options.doctor.database_only,
                   "ask neither the broker nor the API");
  add_setting_flags(*doctor, kSections, options.flags);
}

int run_sample(const Config& config, SampleOptions sample) {
  const bool through_kafka = sample.through_kafka->count() > 0;
  if (sample.live) {
    if (!sample.bootstrap.empty()) sample.live_options.bootstrap = sample.bootstrap;
    sample.live_options.seed = sample.history.seed;
    Shutdown shutdown(std::chrono::seconds(10));
    send_live(config, sample.live_options, shutdown.token());
    return kSuccess;
  }
  {
    auto connection = database::Connection::open(config.text("database.conninfo"), "varve sample");
    sample.history.leave_last_hour |= through_kafka;
    const std::string said = load_history(connection, sample.history, std::cout);
    std::cout << "history: " << said << std::endl;
  }
  if (through_kafka) {
    const std::string bootstrap =
        sample.bootstrap.empty() ? bootstrap_of(config) : sample.bootstrap;
    const std::string said = send_last_hour(config, bootstrap, std::cout);
    std::cout << "last hour through Kafka: " << said << std::endl;
  }
  return kSuccess;
}

int run_doctor(const Config& config, const Options& options) {
  const auto findings = examine(config, options.doctor);
  std::cout << (options.json ? json_of(findings) : table_of(findings));
  return any_failed(findings) ? kFailure : kSuccess;
}

int run(const std::string& command, const Options& options) {
  const Config config = options.flags.load();
  log::configure(config);
  if (command == "setup") {
    set_up(config, options.setup, std::cout);
    return kSuccess;
  }
  if (command == "sample") return run_sample(config, options.sample);
  return run_doctor(config, options);
}

int guarded(const std::string& command, const Options& options) {
  try {
    return run(command, options);
  } catch (const ConfigError& error) {
    std::cerr << "varve: " << error.what() << '\n';
    return kUsage;
  } catch (const database::Error& error) {
    std::cerr << "varve: " << error.what() << '\n';
    if (!error.detail().empty()) std::cerr << "detail: " << error.detail() << '\n';
    return error.error_class() == database::ErrorClass::kConnection ? kDatabaseUnreachable
                                                                    : kFailure;
  } catch (const std::exception& error) {
    std::cerr << "varve: " << error.what() << '\n';
    return kFailure;
  }
}

int parse_and_run(int argc, char** argv) {
  CLI::App app(
      "Varve's command line: sets up databases, fills them with samples, finds what is wrong",
      "varve");
  app.set_version_flag("--version", "varve " VARVE_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 ok, 1 failure, 2 usage or configuration, 3 database unreachable.");
  Options options;
  add_setup(app, options);
  add_sample(app, options);
  add_doctor(app, options);
  app.add_subcommand("version", "print the version");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kSuccess : kUsage;
  }
  const std::string command = app.get_subcommands().front()->get_name();
  if (command == "version") {
    std::cout << "varve " VARVE_VERSION "\n";
    return kSuccess;
  }
  return guarded(command, options);
}

}  // namespace
}  // namespace varve::cli

int main(int argc, char** argv) {
  try {
    return varve::cli::parse_and_run(argc, argv);
  } catch (...) {
    std::fputs("varve: out of memory\n", stderr);
    return 1;
  }
}
