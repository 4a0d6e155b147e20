#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>

#include "platform/base/flags.h"
#include "platform/base/log.h"
#include "platform/base/shutdown.h"
#include "platform/varved/run.h"

namespace varve::varved {
namespace {

// The services drain within this time; whoever sent the signal may count on it.
constexpr std::chrono::seconds kGrace(10);

int run(const Command& command, const SettingFlags& flags) {
  try {
    const Config config = flags.load();
    log::configure(config);
    std::signal(SIGPIPE, SIG_IGN);
    const Shutdown shutdown(kGrace);
    Metrics metrics;
    log::info("starting", {{"command", command.name}, {"version", VARVE_VERSION}});
    const int code = run_guarded(command, {config, metrics, shutdown.token()});
    log::info("stopped", {{"command", command.name}, {"code", code}});
    return code;
  } catch (const ConfigError& error) {
    std::cerr << "varved: " << error.what() << '\n';
    return kUsage;
  }
}

void print_settings() {
  std::cout << settings_markdown();
  throw CLI::Success();
}

int parse_and_run(int argc, char** argv) {
  CLI::App app("The services of Varve, a time-series analytics platform", "varved");
  app.set_version_flag("--version", "varved " VARVE_VERSION);
  app.add_flag_callback("--settings", print_settings, "Print every setting as a Markdown table");
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 ok, 1 failure, 2 usage or configuration, 3 database unreachable at start.");

  SettingFlags flags;
  for (const Command& command : commands()) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    add_setting_flags(*sub, command.sections, flags);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kSuccess : kUsage;
  }
  const std::string name = app.get_subcommands().front()->get_name();
  return run(*std::ranges::find(commands(), name, &Command::name), flags);
}

}  // namespace
}  // namespace varve::varved

int main(int argc, char** argv) {
  try {
    return varve::varved::parse_and_run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "varved: %s\n", error.what());
    return varve::varved::kFailure;
  }
}
