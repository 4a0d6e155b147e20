#include "platform/ingest/instant.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace varve::ingest {
namespace {

using std::chrono::microseconds;

constexpr std::int64_t kPowersOfTen[] = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};
constexpr std::int64_t kFirstMilliseconds = 100'000'000'000;
// The years 0001 to 9999 with room on both sides; beyond them PostgreSQL and JSON disagree.
constexpr std::int64_t kGreatestSeconds = 253'402'300'799;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes pieces off the front of a text; once one does not fit, `ok` is false for good.
struct Cursor {
  std::string_view text;
  bool ok = true;

  int number(std::size_t digits) {
    if (text.size() < digits) ok = false;
    int value = 0;
    for (std::size_t i = 0; ok && i < digits; ++i) {
      if (!is_digit(text[i])) ok = false;
      value = value * 10 + (text[i] - '0');
    }
    if (ok) text.remove_prefix(digits);
    return value;
  }
  bool take(std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
  }
  void require(std::string_view any_of) { ok = take(any_of) && ok; }

  /// The fraction behind a point, in microseconds.
  std::int64_t fraction() {
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++digits) {
      if (digits < 6) value = value * 10 + (text.front() - '0');
    }
    if (digits == 0) ok = false;
    return digits < 6 ? value * kPowersOfTen[6 - digits] : value;
  }

  /// Minutes east of UTC.
  int zone() {
    if (take("zZ")) return 0;
    const bool west = !text.empty() && text.front() == '-';
    require("+-");
    const int hours = number(2);
    int minutes = 0;
    if (!text.empty()) {
      take(":");
      minutes = number(2);
    }
    if (hours > 23 || minutes > 59) ok = false;
    return (west ? -1 : 1) * (hours * 60 + minutes);
  }
};

}  // namespace

std::optional<Instant> parse_date_time(std::string_view text) {
  Cursor cursor{text};
  const std::chrono::year year{cursor.number(4)};
  cursor.require("-");
  const std::chrono::month month{static_cast<unsigned>(cursor.number(2))};
  cursor.require("-");
  const std::chrono::day day{static_cast<unsigned>(cursor.number(2))};
  cursor.require("Tt ");
  const int hour = cursor.number(2);
  cursor.require(":");
  const int minute = cursor.number(2);
  cursor.require(":");
  const int second = cursor.number(2);
  const std::int64_t fraction = cursor.take(".") ? cursor.fraction() : 0;
  const int zone = cursor.zone();

  const std::chrono::year_month_day date = year / month / day;
  if (!cursor.ok || !cursor.text.empty() || !date.ok()) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto minute_of_day = ((hour * 60 + minute - zone) % 1440 + 1440) % 1440;
  if (second == 60 && minute_of_day != 1439) return std::nullopt;
  return Instant(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute - zone) + std::chrono::seconds(second) +
         microseconds(fraction);
}

std::optional<Instant> parse_epoch(std::string_view token) {
  if (token.find_first_of("eE") != std::string_view::npos) {
    double value = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
    if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
    const double us = value * (std::abs(value) < double(kFirstMilliseconds) ? 1e6 : 1e3);
    if (!(std::abs(us) <= double(kGreatestSeconds) * 1e6)) return std::nullopt;
    return Instant(microseconds(std::llround(us)));
  }
  const bool negative = !token.empty() && token.front() == '-';
  if (negative) token.remove_prefix(1);
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), whole);
  if (error != std::errc() || end == token.data() || token.front() == '-') return std::nullopt;
  Cursor rest{token.substr(static_cast<std::size_t>(end - token.data()))};
  std::int64_t fraction = rest.take(".") ? rest.fraction() : 0;
  if (!rest.ok || !rest.text.empty()) return std::nullopt;

  std::int64_t scale = 1'000'000;
  if (whole >= kFirstMilliseconds) {
    scale = 1'000;
    fraction /= 1'000;
  }
  if (whole > kGreatestSeconds * (1'000'000 / scale)) return std::nullopt;
  const std::int64_t us = whole * scale + fraction;
  return Instant(microseconds(negative ? -us : us));
}

std::string rfc3339(Instant instant) {
  const auto day_start = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day_start);
  const std::chrono::hh_mm_ss time(
      std::chrono::floor<std::chrono::milliseconds>(instant - day_start));
  std::array<char, 48> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                                   int(date.year()), unsigned(date.month()), unsigned(date.day()),
                                   int(time.hours().count()), int(time.minutes().count()),
                                   int(time.seconds().count()), int(time.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace varve::ingest
