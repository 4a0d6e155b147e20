#include "extension/hypertable/interval.h"

#include <limits>

#include "kernel/base/error.h"

namespace varve::hypertable {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

[[noreturn]] void refuse(const char* message) { throw Error(ErrorKind::kInvalidArgument, message); }

std::int64_t default_width(DimensionType type) {
  switch (type) {
    case DimensionType::kSmallint: return 10'000;
    case DimensionType::kInteger: return 100'000;
    case DimensionType::kBigint: return 1'000'000;
    default: return 7 * kDay;
  }
}

std::int64_t highest_integer(DimensionType type) {
  switch (type) {
    case DimensionType::kSmallint: return std::numeric_limits<std::int16_t>::max();
    case DimensionType::kInteger: return std::numeric_limits<std::int32_t>::max();
    default: return std::numeric_limits<std::int64_t>::max();
  }
}

std::int64_t total_microseconds(const RequestedWidth& request) {
  const std::int64_t days = std::int64_t{request.months} * 30 + request.days;
  std::int64_t total = 0;
  if (__builtin_mul_overflow(days, kDay, &total) ||
      __builtin_add_overflow(total, request.microseconds, &total)) {
    refuse("chunk interval out of range");
  }
  return total;
}

}  // namespace

std::int64_t chunk_interval(DimensionType type, const RequestedWidth& request) {
  using Form = RequestedWidth::Form;
  if (request.form == Form::kDefault) return default_width(type);
  if (request.form == Form::kInterval && is_integer(type)) {
    refuse("chunk interval of an integer column must be an integer");
  }
  const std::int64_t width =
      request.form == Form::kInteger ? request.integer : total_microseconds(request);
  if (width <= 0) refuse("chunk interval must be positive");
  if (width > highest_integer(type)) {
    refuse("chunk interval exceeds the range of the column's type");
  }
  if (type == DimensionType::kDate && width % kDay != 0) {
    refuse("chunk interval of a date column must be a whole number of days");
  }
  return width;
}

std::int64_t default_interval(DimensionType type, const RequestedWidth& chosen) {
  if (is_integer(type)) return default_width(type);
  const std::int64_t width = chunk_interval(DimensionType::kTimestamptz, chosen);
  if (type != DimensionType::kDate || width % kDay == 0) return width;
  return (width / kDay + 1) * kDay;
}

bool looks_mistaken(DimensionType type, const RequestedWidth& request) {
  return !is_integer(type) && request.form == RequestedWidth::Form::kInteger &&
         request.integer < kSecond;
}

}  // namespace varve::hypertable
