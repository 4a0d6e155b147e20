#include "platform/base/log.h"

#include <array>
#include <atomic>
#include <chrono>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "platform/base/json.h"
#include "platform/base/rfc3339.h"

namespace varve::log {
namespace {

std::atomic<Format> format_now = Format::kText;

spdlog::logger& logger() {
  static spdlog::logger one = [] {
    spdlog::logger made("varve", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_pattern("%v");
    made.flush_on(spdlog::level::trace);
    return made;
  }();
  return one;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarn: return spdlog::level::warn;
    case Level::kError: break;
  }
  return spdlog::level::err;
}

std::string_view name_of(Level level) {
  constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string now() {
  return format_rfc3339(
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

void append(json::Object& object, const Field& field) {
  struct Visitor {
    json::Object& object;
    std::string_view key;
    void operator()(std::string_view text) const { object.text(key, text); }
    void operator()(std::int64_t number) const { object.integer(key, number); }
    void operator()(double real) const { object.real(key, real); }
    void operator()(bool flag) const { object.boolean(key, flag); }
  };
  std::visit(Visitor{object, field.key}, field.value);
}

std::string json_line(std::string_view time, Level level, std::string_view message, Fields fields) {
  json::Object object;
  object.text("time", time).text("level", name_of(level)).text("message", message);
  for (const Field& field : fields) append(object, field);
  return object.str();
}

std::string text_line(std::string_view time, Level level, std::string_view message, Fields fields) {
  std::string out(time);
  out.append(" ")
      .append(name_of(level))
      .append(name_of(level).size() < 5 ? "  " : " ")
      .append(message);
  for (const Field& field : fields) {
    json::Object one;
    append(one, field);
    // {"key":value} -> key=value
    const std::string member = one.str();
    const auto colon = field.key.size() + 3;
    out.append(" ").append(field.key).append("=").append(member, colon + 1,
                                                         member.size() - colon - 2);
  }
  return out;
}

}  // namespace

void configure(const Config& config) {
  format_now = config.text("log.format") == "json" ? Format::kJson : Format::kText;
  const std::string& level = config.text("log.level");
  logger().set_level(level == "error" ? spdlog::level::err : spdlog::level::from_str(level));
}

std::string line(Format format, std::string_view time, Level level, std::string_view message,
                 Fields fields) {
  return format == Format::kJson ? json_line(time, level, message, fields)
                                 : text_line(time, level, message, fields);
}

void write(Level level, std::string_view message, Fields fields) {
  if (!logger().should_log(spdlog_level(level))) return;
  logger().log(spdlog_level(level), line(format_now, now(), level, message, fields));
}

}  // namespace varve::log
