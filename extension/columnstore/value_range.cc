#include "extension/columnstore/value_range.h"

#include <algorithm>
#include <cstring>

extern "C" {
#include <utils/builtins.h>
#include <utils/timestamp.h>
#include <utils/uuid.h>
}

namespace varve::columnstore {
namespace {

std::int64_t integer_of(const Representation& type, Datum value) {
  switch (type.length) {
    case 1: return type.form == Form::kBoolean ? DatumGetBool(value) : DatumGetUInt8(value);
    case 2: return DatumGetInt16(value);
    case 4:
      return type.is_unsigned ? static_cast<std::int64_t>(DatumGetUInt32(value))
                              : static_cast<std::int64_t>(DatumGetInt32(value));
    default: return DatumGetInt64(value);
  }
}

std::string_view bytes_of(const Representation& type, Datum value) {
  if (type.form == Form::kUuid) return {DatumGetPointer(value), UUID_LEN};
  auto* packed = PG_DETOAST_DATUM_PACKED(value);
  return {VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed)};
}

std::uint64_t key_of(const Representation& type, Datum value) {
  switch (type.order) {
    case Order::kDouble:
      return codec::order_key(type.length == 4 ? static_cast<double>(DatumGetFloat4(value))
                                               : DatumGetFloat8(value));
    case Order::kBytes: return codec::order_key(bytes_of(type, value));
    default: return codec::order_key(integer_of(type, value));
  }
}

/// The nearest double, which is as monotonous as the type's order.
std::uint64_t approximate_key_of(const Representation& type, Datum value) {
  if (type.form == Form::kNumeric) {
    return codec::order_key(DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, value)));
  }
  const Interval* interval = DatumGetIntervalP(value);
  return codec::order_key(interval_length(interval->time, interval->day, interval->month));
}

void set_prefix(std::byte* to, const Representation& type, Datum value) {
  const std::string_view bytes = bytes_of(type, value);
  if (!bytes.empty()) std::memcpy(to, bytes.data(), std::min(bytes.size(), codec::kRangeBytes));
}

bool are_equal(const Representation& type, const ValueRange& range) {
  if (!range.has_low || !range.has_high) return false;
  return range.low == range.high || bytes_of(type, range.low) == bytes_of(type, range.high);
}

codec::KeyRange stated_keys(Range range, const codec::ColumnDescriptor& column) {
  const auto key = [&](const std::byte* end) {
    std::int64_t bits;
    std::memcpy(&bits, end, sizeof bits);
    if (range == Range::kInteger) return codec::order_key(bits);
    return codec::order_key(std::bit_cast<double>(bits));
  };
  return {key(column.min), key(column.max)};
}

}  // namespace

bool had_same_order(const Column& column, const codec::ColumnDescriptor& descriptor) {
  const Representation& now = column.representation;
  const Representation then =
      representation_of({descriptor.type, now.length, now.form != Form::kVarlena});
  return range_of(then) == range_of(now) && then.is_unsigned == now.is_unsigned &&
         (then.form == now.form || now.order != Order::kNone);
}

std::optional<KeyedRange> KeyedRange::of(const Column& column, const ValueRange& range) {
  const Representation& type = column.representation;
  if (!column.is_ordered && !(column.has_equality && are_equal(type, range))) return std::nullopt;
  KeyedRange keyed;
  keyed.has_low_ = range.has_low;
  keyed.has_high_ = range.has_high;
  if (type.order != Order::kNone) {
    if (range.has_low) keyed.keys_.min = key_of(type, range.low);
    if (range.has_high) keyed.keys_.max = key_of(type, range.high);
  }
  if (range_of(type) == Range::kApproximate) {
    if (range.has_low) keyed.approximate_.min = approximate_key_of(type, range.low);
    if (range.has_high) keyed.approximate_.max = approximate_key_of(type, range.high);
  }
  if (range_of(type) == Range::kBytes) {
    if (range.has_low) set_prefix(keyed.low_, type, range.low);
    if (range.has_high) set_prefix(keyed.high_, type, range.high);
  }
  return keyed;
}

bool KeyedRange::meets(const Column& column, const codec::ColumnDescriptor& descriptor) const {
  if ((descriptor.flags & codec::kHasRange) == 0 || !had_same_order(column, descriptor))
    return true;
  const Range range = range_of(column.representation);
  if (range == Range::kApproximate) {
    const codec::KeyRange stated = stated_keys(range, descriptor);
    return stated.min <= approximate_.max && stated.max >= approximate_.min;
  }
  if (range != Range::kBytes) return meets(stated_keys(range, descriptor));
  if (has_low_ && std::memcmp(low_, descriptor.max, codec::kRangeBytes) > 0) return false;
  return !has_high_ || std::memcmp(high_, descriptor.min, codec::kRangeBytes) >= 0;
}

}  // namespace varve::columnstore
