#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "platform/base/config.h"

/// Structured logs on standard error: a constant message, and fields for what varies.
///   log::info("batch committed", {{"topic", topic}, {"rows", rows}});
///   {"time":"2026-11-25T09:00:00.123Z","level":"info","message":"batch
///   committed","topic":"...","rows":10}
/// Every function may be called from any thread.
namespace varve::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kJson, kText };

struct Field {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;

  Field(std::string_view name, std::string_view text) : key(name), value(text) {}
  Field(std::string_view name, const char* text) : key(name), value(std::string_view(text)) {}
  Field(std::string_view name, const std::string& text)
      : key(name), value(std::string_view(text)) {}
  Field(std::string_view name, bool flag) : key(name), value(flag) {}
  Field(std::string_view name, std::floating_point auto real)
      : key(name), value(static_cast<double>(real)) {}
  Field(std::string_view name, std::integral auto number)
      : key(name), value(static_cast<std::int64_t>(number)) {}

  std::string_view key;
  Value value;
};
using Fields = std::initializer_list<Field>;

/// Applies log.level and log.format. Before that, messages from info up are written as text.
void configure(const Config& config);

void write(Level level, std::string_view message, Fields fields);
inline void debug(std::string_view message, Fields fields = {}) {
  write(Level::kDebug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
  write(Level::kInfo, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
  write(Level::kWarn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
  write(Level::kError, message, fields);
}

/// One line without its newline; `time` is RFC 3339.
std::string line(Format format, std::string_view time, Level level, std::string_view message,
                 Fields fields);

}  // namespace varve::log
