#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace varve {

/// One setting of varved or varve, as --help and docs/configuration.md describe it.
struct Setting {
  enum class Kind { kText, kInteger, kChoice };

  std::string_view key;       // "kafka.topics.customer": section, then name
  std::string_view fallback;  // the default, as text
  std::string_view summary;
  Kind kind = Kind::kText;
  std::int64_t least = 0;         // kInteger: the smallest value allowed ...
  std::int64_t most = INT64_MAX;  // ... and the largest
  std::string_view choices = {};  // kChoice: the values allowed, separated by '|'
};

/// Every setting there is, section by section. A setting exists once it stands here.
std::span<const Setting> settings();

/// The name of the environment variable that sets `key`: kafka.group -> VARVE_KAFKA__GROUP.
std::string environment_name(std::string_view key);

/// A bad file, key or value; the message names the key and where it came from. Exit code 2.
struct ConfigError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The values of all settings: defaults, overridden by a TOML file, by the environment, by flags.
class Config {
 public:
  using Overrides = std::map<std::string, std::string, std::less<>>;

  /// Reads the file at `path`; without one, ./varve.toml if it is there. `environment` holds
  /// NAME=VALUE entries as in environ; of those only VARVE_<SECTION>__<KEY> are looked at.
  /// `flags` maps keys to values. Throws ConfigError on unknown keys and bad values.
  static Config load(const std::optional<std::string>& path,
                     std::span<const std::string> environment, const Overrides& flags);

  /// The same with the file's text; `origin` is what messages call it.
  static Config parse(std::string_view toml, std::span<const std::string> environment = {},
                      const Overrides& flags = {}, std::string_view origin = "varve.toml");

  /// The value of `key`, which must be in settings().
  [[nodiscard]] const std::string& text(std::string_view key) const;
  [[nodiscard]] std::int64_t integer(std::string_view key) const;

 private:
  void set(std::string_view key, std::string value, std::string_view origin);

  Overrides values_;
};

/// The process's environment as NAME=VALUE entries.
std::vector<std::string> process_environment();

/// Table of all settings in Markdown, for docs/configuration.md.
std::string settings_markdown();

}  // namespace varve
