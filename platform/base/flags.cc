#include "platform/base/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace varve {
namespace {

std::string describe(const Setting& setting) {
  std::string text(setting.summary);
  text += " [" + environment_name(setting.key) + ", default " +
          (setting.fallback.empty() ? "none" : std::string(setting.fallback)) + "]";
  return text;
}

}  // namespace

void add_setting_flags(CLI::App& app, std::span<const std::string_view> sections,
                       SettingFlags& flags) {
  app.add_option("--config", flags.config_path, "TOML file [default: varve.toml, if it is there]");
  for (const Setting& setting : settings()) {
    const std::string_view section = setting.key.substr(0, setting.key.find('.'));
    if (section != "log" && std::ranges::count(sections, section) == 0) continue;
    const std::string key(setting.key);
    app.add_option_function<std::string>(
           "--" + key, [&flags, key](const std::string& value) { flags.overrides[key] = value; },
           describe(setting))
        ->group("[" + std::string(section) + "]")
        ->type_name(setting.kind == Setting::Kind::kInteger  ? "N"
                    : setting.kind == Setting::Kind::kChoice ? std::string(setting.choices)
                                                             : "TEXT");
  }
}

}  // namespace varve
