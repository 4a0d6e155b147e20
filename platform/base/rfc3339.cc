#include "platform/base/rfc3339.h"

#include <array>
#include <cstdio>

namespace varve {
namespace {

/// Takes `count` digits off the front; -1 where there are not so many.
int take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const int year = take_number(text, 4);
  if (year < 1 || !take(text, '-')) return std::nullopt;
  const int month = take_number(text, 2);
  if (month < 0 || !take(text, '-')) return std::nullopt;
  const int day = take_number(text, 2);
  if (day < 0) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year{year},
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

/// ".123456789" as microseconds; nothing where no digit follows the point.
std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return std::chrono::microseconds(0);
  int micros = 0;
  std::size_t digits = 0;
  for (int digit; (digit = take_number(text, 1)) >= 0; ++digits) {
    if (digits < 6) micros = micros * 10 + digit;
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) micros *= 10;
  return std::chrono::microseconds(micros);
}

std::optional<std::chrono::microseconds> take_time_of_day(std::string_view& text) {
  const int hour = take_number(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return std::nullopt;
  const int minute = take_number(text, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  auto time = std::chrono::microseconds(std::chrono::hours(hour) + std::chrono::minutes(minute));
  if (!take(text, ':')) return time;
  const int second = take_number(text, 2);
  if (second < 0 || second > 59) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  return time + std::chrono::seconds(second) + *fraction;
}

/// "Z", "+05:30": how far local time is ahead of UTC.
std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return std::chrono::minutes(0);
  const bool east = take(text, '+');
  if (!east && !take(text, '-')) return std::nullopt;
  const int hour = take_number(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return std::nullopt;
  const int minute = take_number(text, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  const auto offset = std::chrono::hours(hour) + std::chrono::minutes(minute);
  return east ? offset : -offset;
}

}  // namespace

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) return *date;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  const auto time = take_time_of_day(text);
  if (!time) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return *date + *time - *offset;
}

std::string format_rfc3339(TimePoint time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const auto micros = (time - midnight).count();
  const auto seconds = micros / 1'000'000;
  std::array<char, 64> text;
  int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                           static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                           static_cast<unsigned>(date.day()), static_cast<int>(seconds / 3600),
                           static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  std::string out(text.data(), static_cast<std::size_t>(size));
  if (const auto fraction = micros % 1'000'000; fraction != 0) {
    size = std::snprintf(text.data(), text.size(), ".%06d", static_cast<int>(fraction));
    out.append(text.data(), static_cast<std::size_t>(size));
  }
  return out + "Z";
}

}  // namespace varve
