#include "extension/columnstore/value_range.h"

#include <algorithm>
#include <cstring>

extern "C" {
#include <utils/builtins.h>
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

std::string_view bytes_of(Datum value) {
  auto* packed = PG_DETOAST_DATUM_PACKED(value);
  return {VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed)};
}

std::uint64_t key_of(const Representation& type, Datum value) {
  switch (type.order) {
    case Order::kDouble:
      return codec::order_key(type.length == 4 ? static_cast<double>(DatumGetFloat4(value))
                                               : DatumGetFloat8(value));
    case Order::kBytes: return codec::order_key(bytes_of(value));
    default: return codec::order_key(integer_of(type, value));
  }
}

void set_prefix(std::byte* to, Datum value) {
  const std::string_view bytes = bytes_of(value);
  if (!bytes.empty()) std::memcpy(to, bytes.data(), std::min(bytes.size(), codec::kRangeBytes));
}

bool are_equal(const ValueRange& range) {
  if (!range.has_low || !range.has_high) return false;
  return range.low == range.high || bytes_of(range.low) == bytes_of(range.high);
}

codec::KeyRange stated_keys(Order order, const codec::ColumnDescriptor& column) {
  const auto key = [&](const std::byte* end) {
    std::int64_t bits;
    std::memcpy(&bits, end, sizeof bits);
    if (order == Order::kInteger) return codec::order_key(bits);
    return codec::order_key(std::bit_cast<double>(bits));
  };
  return {key(column.min), key(column.max)};
}

bool had_same_order(const Column& column, const codec::ColumnDescriptor& descriptor) {
  const Representation& now = column.representation;
  const Representation then =
      representation_of({descriptor.type, now.length, now.form != Form::kVarlena});
  return then.order == now.order && then.is_unsigned == now.is_unsigned;
}

}  // namespace

std::optional<KeyedRange> KeyedRange::of(const Column& column, const ValueRange& range) {
  const Representation& type = column.representation;
  if (!column.is_ordered && !(column.has_equality && are_equal(range))) return std::nullopt;
  KeyedRange keyed;
  keyed.has_low_ = range.has_low;
  keyed.has_high_ = range.has_high;
  if (range.has_low) keyed.keys_.min = key_of(type, range.low);
  if (range.has_high) keyed.keys_.max = key_of(type, range.high);
  if (type.order == Order::kBytes) {
    if (range.has_low) set_prefix(keyed.low_, range.low);
    if (range.has_high) set_prefix(keyed.high_, range.high);
  }
  return keyed;
}

bool KeyedRange::meets(const Column& column, const codec::ColumnDescriptor& descriptor) const {
  if ((descriptor.flags & codec::kHasRange) == 0 || !had_same_order(column, descriptor))
    return true;
  const Order order = column.representation.order;
  if (order != Order::kBytes) return meets(stated_keys(order, descriptor));
  if (has_low_ && std::memcmp(low_, descriptor.max, codec::kRangeBytes) > 0) return false;
  return !has_high_ || std::memcmp(high_, descriptor.min, codec::kRangeBytes) >= 0;
}

}  // namespace varve::columnstore
