#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/http.h"
#include "platform/api/problem.h"

namespace varve::api {

/// Half-open: from <= time < to.
struct Range {
  TimePoint from, to;
};

/// The whole days (UTC) in a range; its end twice where there is none.
inline Range whole_days(const Range& range) {
  using std::chrono::days;
  const Range whole = {std::chrono::ceil<days>(range.from), std::chrono::floor<days>(range.to)};
  return whole.from < whole.to ? whole : Range{range.to, range.to};
}

/// Reads the parameters of a request, and gathers what is wrong with them: a client hears of all
/// its mistakes at once. Until done() has returned the values may be mere defaults.
///   Arguments arguments(request);
///   const auto range = arguments.range(7);
///   arguments.done();
class Arguments {
 public:
  explicit Arguments(const Request& request) : request_(request) {}

  /// `from` and `to`, or `days`=N: today (UTC) and the N - 1 days before it, until now. Without
  /// either as if days=`default_days`; `from` alone lasts until now, `to` alone begins
  /// `default_days` earlier.
  Range range(int default_days);

  std::int64_t integer(std::string_view name, std::int64_t fallback, std::int64_t least,
                       std::int64_t most);
  double real(std::string_view name, double fallback, double least, double most);
  std::optional<std::string> text(std::string_view name, std::size_t max_bytes);
  std::string choice(std::string_view name, std::initializer_list<std::string_view> choices,
                     std::string_view fallback);
  std::optional<std::string> optional_choice(std::string_view name,
                                             std::initializer_list<std::string_view> choices);
  std::optional<std::string> uuid(std::string_view name);
  /// An IANA name, as far as its spelling goes; PostgreSQL knows whether there is such a zone.
  std::string time_zone();
  /// RFC 3339, or a date.
  std::optional<TimePoint> optional_time(std::string_view name) { return time(name); }
  /// A number and m, h or d: "90m". From one minute to 31 days.
  std::chrono::minutes duration(std::string_view name, std::string_view fallback);
  int limit() { return static_cast<int>(integer("limit", 100, 1, 1000)); }
  /// The parts of `cursor` (cursor.h): as many as said, all without a value where there is none.
  std::vector<std::optional<std::string>> cursor(std::string_view question, std::size_t parts);

  std::string path_text(std::string_view name, std::size_t max_bytes);
  std::string path_uuid(std::string_view name);
  /// From 0 to 2147483647.
  std::int32_t path_integer(std::string_view name);

  void error(std::string pointer, std::string message);

  /// Throws a 400 if anything was wrong, or if the request has parameters that nobody read or that
  /// come twice.
  void done();

 private:
  std::optional<std::string_view> query(std::string_view name);
  std::optional<TimePoint> time(std::string_view name);

  const Request& request_;
  std::vector<std::string> known_;
  std::vector<FieldError> errors_;
};

}  // namespace varve::api
