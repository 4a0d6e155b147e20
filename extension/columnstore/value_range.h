#pragma once

#include <optional>

#include "kernel/codec/row_group.h"
#include "kernel/codec/zone.h"

#include "extension/columnstore/column.h"
#include "extension/columnstore/reader.h"

namespace varve::columnstore {

/// Whether the values of a column have the order that they had when the group was written. ALTER
/// TABLE leaves groups as they are where the new type has the same bytes, as oid has those of int.
bool had_same_order(const Column& column, const codec::ColumnDescriptor& descriptor);

/// A ValueRange in the terms of segments: order keys, and for strings their first bytes as well.
class KeyedRange {
 public:
  /// None where nothing that a segment states can exclude values: no order of the type, or text of
  /// a collation that does not order bytes, unless it is asked for equality. C API.
  static std::optional<KeyedRange> of(const Column& column, const ValueRange& range);

  /// Whether values within a zone may lie within the range.
  [[nodiscard]] bool meets(const codec::KeyRange& zone) const {
    return zone.min <= keys_.max && zone.max >= keys_.min;
  }
  /// The same of what a column's descriptor states.
  [[nodiscard]] bool meets(const Column& column, const codec::ColumnDescriptor& descriptor) const;
  /// Whether a zone of integers holds nothing but the one value of the range.
  [[nodiscard]] bool is_all_of(const codec::KeyRange& zone) const {
    return zone.min == zone.max && zone == keys_;
  }

 private:
  codec::KeyRange keys_;         // without limits where an end is open, or no zone can answer
  codec::KeyRange approximate_;  // Range::kApproximate: of doubles
  bool has_low_ = false;
  bool has_high_ = false;
  std::byte low_[codec::kRangeBytes] = {};  // strings: the first bytes, padded with zeros
  std::byte high_[codec::kRangeBytes] = {};
};

}  // namespace varve::columnstore
