#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/base/config.h"

namespace CLI {  // NOLINT(readability-identifier-naming): theirs
class App;
}

namespace varve {

/// What --config and the flags of settings (--api.port 8081) said.
struct SettingFlags {
  std::optional<std::string> config_path;
  Config::Overrides overrides;

  [[nodiscard]] Config load() const {
    return Config::load(config_path, process_environment(), overrides);
  }
};

/// Gives `app` --config and one flag for each setting of `sections` and of log. `flags` must
/// outlive the parsing.
void add_setting_flags(CLI::App& app, std::span<const std::string_view> sections,
                       SettingFlags& flags);

}  // namespace varve
