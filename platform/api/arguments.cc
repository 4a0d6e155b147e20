#include "platform/api/arguments.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "platform/api/cursor.h"

namespace varve::api {
namespace {

using std::chrono::days;

constexpr int kMaxDays = 3660;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_zone_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' ||
         c == '_' || c == '+' || c == '-';
}

std::string join(std::initializer_list<std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

std::string at_query(std::string_view name) { return "/query/" + std::string(name); }
std::string at_path(std::string_view name) { return "/path/" + std::string(name); }

}  // namespace

void Arguments::error(std::string pointer, std::string message) {
  errors_.push_back({std::move(pointer), std::move(message)});
}

std::optional<std::string_view> Arguments::query(std::string_view name) {
  known_.emplace_back(name);
  return find(request_.query, name);
}

std::optional<TimePoint> Arguments::time(std::string_view name) {
  const auto text = query(name);
  if (!text) return std::nullopt;
  const auto parsed = parse_rfc3339(*text);
  if (!parsed)
    error(at_query(name), "must be a time as in RFC 3339, such as 2026-11-25T09:00:00Z, or a date");
  return parsed;
}

Range Arguments::range(int default_days) {
  const bool has_days = find(request_.query, "days").has_value();
  const auto count = integer("days", default_days, 1, kMaxDays);
  const auto from = time("from");
  const auto to = time("to");
  const bool has_bounds = find(request_.query, "from") || find(request_.query, "to");
  if (has_days && has_bounds) error(at_query("days"), "cannot be combined with from or to");

  Range range{std::chrono::floor<days>(request_.now) - days(count - 1), to.value_or(request_.now)};
  if (from) {
    range.from = *from;
  } else if (to) {
    range.from = *to - days(default_days);
  }
  if (has_bounds && range.from >= range.to) error(at_query("from"), "must be before to");
  if (range.to - range.from > days(kMaxDays)) {
    error(at_query("from"), "must be at most " + std::to_string(kMaxDays) + " days before to");
  }
  return range;
}

std::int64_t Arguments::integer(std::string_view name, std::int64_t fallback, std::int64_t least,
                                std::int64_t most) {
  const auto text = query(name);
  if (!text) return fallback;
  const auto value = parse_number<std::int64_t>(*text);
  if (value && *value >= least && *value <= most) return *value;
  error(at_query(name),
        "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return fallback;
}

double Arguments::real(std::string_view name, double fallback, double least, double most) {
  const auto text = query(name);
  if (!text) return fallback;
  const auto value = parse_number<double>(*text);
  // NaN fails both comparisons.
  if (value && *value >= least && *value <= most) return *value;
  error(at_query(name), "must be a number from " + std::to_string(std::llround(least)) + " to " +
                            std::to_string(std::llround(most)));
  return fallback;
}

std::optional<std::string> Arguments::text(std::string_view name, std::size_t max_bytes) {
  const auto text = query(name);
  if (!text) return std::nullopt;
  if (text->empty() || text->size() > max_bytes) {
    error(at_query(name), "must have 1 to " + std::to_string(max_bytes) + " bytes");
  }
  return std::string(*text);
}

std::optional<std::string> Arguments::optional_choice(
    std::string_view name, std::initializer_list<std::string_view> choices) {
  const auto text = query(name);
  if (!text) return std::nullopt;
  if (std::ranges::count(choices, *text) == 0)
    error(at_query(name), "must be one of " + join(choices));
  return std::string(*text);
}

std::string Arguments::choice(std::string_view name,
                              std::initializer_list<std::string_view> choices,
                              std::string_view fallback) {
  return optional_choice(name, choices).value_or(std::string(fallback));
}

std::optional<std::string> Arguments::uuid(std::string_view name) {
  const auto text = query(name);
  if (!text) return std::nullopt;
  if (!is_uuid(*text)) error(at_query(name), "must be a UUID");
  return std::string(*text);
}

std::string Arguments::time_zone() {
  const auto text = query("tz");
  if (!text) return "UTC";
  if (text->empty() || text->size() > 64 || !std::ranges::all_of(*text, is_zone_character)) {
    error("/query/tz", "must be the name of a time zone, such as Europe/Berlin");
  }
  return std::string(*text);
}

std::chrono::minutes Arguments::duration(std::string_view name, std::string_view fallback) {
  constexpr int kMostMinutes = 31 * 24 * 60;
  const std::string_view text = query(name).value_or(fallback);
  const auto number = parse_number<int>(text.substr(0, text.empty() ? 0 : text.size() - 1));
  const char unit = text.empty() ? ' ' : text.back();
  const int minutes = unit == 'm' ? 1 : unit == 'h' ? 60 : unit == 'd' ? 24 * 60 : 0;
  if (number && minutes > 0 && *number >= 1 && *number <= kMostMinutes / minutes) {
    return std::chrono::minutes(*number * minutes);
  }
  error(at_query(name), "must be a number and m, h or d, from 1m to 31d");
  return std::chrono::minutes(60);
}

std::vector<std::optional<std::string>> Arguments::cursor(std::string_view question,
                                                          std::size_t parts) {
  std::vector<std::optional<std::string>> key(parts);
  const auto text = query("cursor");
  if (!text) return key;
  if (auto decoded = decode_cursor(question, *text, parts)) {
    std::ranges::move(*decoded, key.begin());
  } else {
    error("/query/cursor", "does not belong to this request");
  }
  return key;
}

std::string Arguments::path_text(std::string_view name, std::size_t max_bytes) {
  std::string text(find(request_.path_variables, name).value_or(""));
  if (text.size() > max_bytes)
    error(at_path(name), "must have at most " + std::to_string(max_bytes) + " bytes");
  return text;
}

std::string Arguments::path_uuid(std::string_view name) {
  std::string text(find(request_.path_variables, name).value_or(""));
  if (!is_uuid(text)) error(at_path(name), "must be a UUID");
  return text;
}

std::int32_t Arguments::path_integer(std::string_view name) {
  constexpr std::int64_t kMost = 2'147'483'647;
  const auto value = parse_number<std::int64_t>(find(request_.path_variables, name).value_or(""));
  if (value && *value >= 0 && *value <= kMost) return static_cast<std::int32_t>(*value);
  error(at_path(name), "must be an integer from 0 to " + std::to_string(kMost));
  return 0;
}

void Arguments::done() {
  for (const auto& [name, value] : request_.query) {
    if (std::ranges::count(known_, name) == 0) {
      error(at_query(name), "is not a parameter of this resource");
    } else if (std::ranges::count(request_.query, name, &Fields::value_type::first) > 1) {
      error(at_query(name), "must be given once");
    }
  }
  if (errors_.empty()) return;
  std::string detail;
  for (const FieldError& e : errors_) {
    detail +=
        (detail.empty() ? "" : "; ") + e.pointer.substr(e.pointer.rfind('/') + 1) + " " + e.message;
  }
  throw ProblemError({400, std::move(detail), std::move(errors_)});
}

}  // namespace varve::api
