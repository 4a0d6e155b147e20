#include "platform/base/config.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <toml++/toml.h>
#include <unistd.h>

namespace varve {
namespace {

constexpr std::string_view kEnvironmentPrefix = "VARVE_";

const Setting* find_setting(std::string_view key) {
  const auto all = settings();
  const auto found = std::ranges::find(all, key, &Setting::key);
  return found == all.end() ? nullptr : &*found;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_choice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const auto bar = choices.find('|');
    if (choices.substr(0, bar) == value) return true;
    if (bar == std::string_view::npos) break;
    choices.remove_prefix(bar + 1);
  }
  return false;
}

/// Why `value` does not fit the setting; empty where it does.
std::string objection(const Setting& setting, std::string_view value) {
  switch (setting.kind) {
    case Setting::Kind::kText: return {};
    case Setting::Kind::kChoice:
      if (is_choice(setting.choices, value)) return {};
      return "must be one of " + std::string(setting.choices);
    case Setting::Kind::kInteger: {
      const auto number = parse_integer(value);
      if (number && *number >= setting.least && *number <= setting.most) return {};
      return "must be an integer from " + std::to_string(setting.least) + " to " +
             std::to_string(setting.most);
    }
  }
  return {};
}

std::string scalar_text(const toml::node& node, std::string_view key, std::string_view origin) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  throw ConfigError(std::string(origin) + ": " + std::string(key) +
                    " must be a string or an integer");
}

template <class Visit>
void for_each_value(const toml::table& table, const std::string& prefix, const Visit& visit) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const auto* section = node.as_table()) {
      for_each_value(*section, key + ".", visit);
    } else {
      visit(key, node);
    }
  }
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || !text) throw ConfigError("cannot read configuration file " + path);
  return text.str();
}

}  // namespace

std::string environment_name(std::string_view key) {
  std::string name(kEnvironmentPrefix);
  for (const char c : key) {
    if (c == '.') {
      name += "__";
    } else {
      name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return name;
}

void Config::set(std::string_view key, std::string value, std::string_view origin) {
  const Setting* setting = find_setting(key);
  if (setting == nullptr) {
    throw ConfigError(std::string(origin) + ": unknown setting " + std::string(key));
  }
  if (const auto why = objection(*setting, value); !why.empty()) {
    throw ConfigError(std::string(origin) + ": " + std::string(key) + " = \"" + value + "\" " +
                      why);
  }
  values_.insert_or_assign(std::string(key), std::move(value));
}

Config Config::parse(std::string_view toml, std::span<const std::string> environment,
                     const Overrides& flags, std::string_view origin) {
  Config config;
  for (const Setting& setting : settings())
    config.set(setting.key, std::string(setting.fallback), "default");
  try {
    for_each_value(toml::parse(toml, origin), "",
                   [&](const std::string& key, const toml::node& node) {
                     config.set(key, scalar_text(node, key, origin), origin);
                   });
  } catch (const toml::parse_error& error) {
    throw ConfigError(std::string(origin) + ", line " + std::to_string(error.source().begin.line) +
                      ": " + std::string(error.description()));
  }

  for (const std::string& entry : environment) {
    const auto equals = entry.find('=');
    const std::string name = entry.substr(0, equals);
    // Without the double underscore it is none of our settings, but something of scripts.
    if (!name.starts_with(kEnvironmentPrefix) || name.find("__") == std::string::npos) continue;
    const auto all = settings();
    const auto found = std::ranges::find_if(
        all, [&](const Setting& s) { return environment_name(s.key) == name; });
    if (found == all.end()) throw ConfigError("environment: unknown setting " + name);
    config.set(found->key, entry.substr(equals + 1), "environment variable " + name);
  }
  for (const auto& [key, value] : flags) config.set(key, value, "flag --" + key);
  return config;
}

Config Config::load(const std::optional<std::string>& path,
                    std::span<const std::string> environment, const Overrides& flags) {
  if (path) return parse(read_file(*path), environment, flags, *path);
  if (std::filesystem::exists("varve.toml"))
    return parse(read_file("varve.toml"), environment, flags);
  return parse({}, environment, flags);
}

const std::string& Config::text(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) throw std::logic_error("no such setting: " + std::string(key));
  return found->second;
}

std::int64_t Config::integer(std::string_view key) const { return *parse_integer(text(key)); }

std::vector<std::string> process_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

std::string settings_markdown() {
  std::string text = "| Setting | Environment | Default | Meaning |\n|---|---|---|---|\n";
  for (const Setting& s : settings()) {
    std::string meaning(s.summary);
    if (s.kind == Setting::Kind::kInteger) {
      meaning += " (" + std::to_string(s.least) + " to " + std::to_string(s.most) + ")";
    } else if (s.kind == Setting::Kind::kChoice) {
      std::string choices(s.choices);
      std::ranges::replace(choices, '|', ',');
      meaning += " (" + choices + ")";
    }
    text += "| `" + std::string(s.key) + "` | `" + environment_name(s.key) + "` | " +
            (s.fallback.empty() ? "" : "`" + std::string(s.fallback) + "`") + " | " + meaning +
            " |\n";
  }
  return text;
}

}  // namespace varve
