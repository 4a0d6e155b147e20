#include "extension/vectorized/tuple_columns.h"

#include <algorithm>
#include <cstring>

extern "C" {
#include <access/htup_details.h>
#include <access/tupmacs.h>
#include <catalog/pg_type.h>
}

namespace varve::vectorized {
namespace {

std::uint8_t alignment_of(char code) {
  switch (code) {
    case TYPALIGN_CHAR: return 1;
    case TYPALIGN_SHORT: return ALIGNOF_SHORT;
    case TYPALIGN_INT: return ALIGNOF_INT;
    default: return ALIGNOF_DOUBLE;
  }
}

std::uint32_t aligned(std::uint32_t offset, std::uint8_t alignment) {
  return (offset + alignment - 1U) & ~(alignment - 1U);
}

}  // namespace

void TupleColumns::begin(TupleDesc descriptor, RowBatch* batch, const AttrNumber* attributes) {
  *this = {};
  descriptor_ = descriptor;
  batch_ = batch;
  for (int i = 0; i < batch->column_count(); ++i) count_ = std::max<int>(count_, attributes[i]);
  attributes_ = static_cast<Attribute*>(palloc(sizeof(Attribute) * (count_ + 1U)));
  fixed_ = static_cast<Fixed*>(palloc(sizeof(Fixed) * (count_ + 1U)));
  plain_ = static_cast<Plain*>(palloc(sizeof(Plain) * MaxHeapTuplesPerPage));
  for (int i = 0; i < count_; ++i) {
    const FormData_pg_attribute& attribute = *TupleDescAttr(descriptor, i);
    attributes_[i] = {attribute.attlen, alignment_of(attribute.attalign), attribute.attbyval, -1};
  }
  for (int i = 0; i < batch->column_count(); ++i) attributes_[attributes[i] - 1].column = i;
  find_fixed();
}

void TupleColumns::find_fixed() {
  std::uint32_t offset = 0;
  for (; walk_from_ < count_ && attributes_[walk_from_].length > 0; ++walk_from_) {
    const Attribute& attribute = attributes_[walk_from_];
    offset = aligned(offset, attribute.alignment);
    if (attribute.column >= 0) fixed_[fixed_count_++] = {walk_from_, offset};
    offset += static_cast<std::uint32_t>(attribute.length);
  }
  walk_offset_ = offset;
}

void TupleColumns::add(std::span<const HeapTupleHeader> tuples) {
  plain_count_ = 0;
  std::uint32_t row = batch_->rows();
  for (HeapTupleHeader tuple : tuples) add_attributes(tuple, row++);
  for (int i = 0; i < fixed_count_; ++i) add_fixed(fixed_[i]);
  batch_->add_rows(static_cast<std::uint32_t>(tuples.size()));
}

/// All attributes but those that are fixed of this tuple, which are added a column at a time.
void TupleColumns::add_attributes(HeapTupleHeader tuple, std::uint32_t row) {
  const int there = HeapTupleHeaderGetNatts(tuple);
  if ((tuple->t_infomask & HEAP_HASNULL) != 0 || there < walk_from_) {
    walk(tuple, row, 0, 0);
  } else {
    plain_[plain_count_++] = {reinterpret_cast<const char*>(tuple) + tuple->t_hoff, row};
    if (walk_from_ < count_) walk(tuple, row, walk_from_, walk_offset_);
  }
  if (there < count_) add_missing(row, there);
}

template <class Type>
void TupleColumns::add_fixed(int column, std::uint32_t offset) {
  Datum* values = batch_->column(column).values;
  bool* nulls = batch_->column(column).nulls;
  for (const Plain& tuple : std::span(plain_, static_cast<std::size_t>(plain_count_))) {
    // The sign of what has one is extended, as Int32GetDatum() does.
    values[tuple.row] = static_cast<Datum>(*reinterpret_cast<const Type*>(tuple.data + offset));
    nulls[tuple.row] = false;
  }
}

void TupleColumns::add_fixed(const Fixed& fixed) {
  const Attribute& attribute = attributes_[fixed.attribute];
  if (!attribute.by_value) {
    for (int i = 0; i < plain_count_; ++i) {
      batch_->set(attribute.column, plain_[i].row, PointerGetDatum(plain_[i].data + fixed.offset));
    }
    return;
  }
  switch (attribute.length) {
    case 1: return add_fixed<std::uint8_t>(attribute.column, fixed.offset);
    case 2: return add_fixed<std::int16_t>(attribute.column, fixed.offset);
    case 4: return add_fixed<std::int32_t>(attribute.column, fixed.offset);
    default: return add_fixed<std::int64_t>(attribute.column, fixed.offset);
  }
}

void TupleColumns::walk(HeapTupleHeader tuple, std::uint32_t row, int first, std::uint32_t offset) {
  const char* data = reinterpret_cast<const char*>(tuple) + tuple->t_hoff;
  const bits8* nulls = (tuple->t_infomask & HEAP_HASNULL) != 0 ? tuple->t_bits : nullptr;
  const int last = std::min<int>(count_, HeapTupleHeaderGetNatts(tuple));
  for (int i = first; i < last; ++i) {
    const Attribute& attribute = attributes_[i];
    if (nulls != nullptr && att_isnull(i, nulls)) {
      if (attribute.column >= 0) batch_->set_null(attribute.column, row);
      continue;
    }
    // A short varlena header, which is not zero as padding is, stands anywhere.
    if (attribute.length != -1 || !VARATT_NOT_PAD_BYTE(data + offset)) {
      offset = aligned(offset, attribute.alignment);
    }
    const char* place = data + offset;
    if (attribute.column >= 0) {
      batch_->set(attribute.column, row, fetch_att(place, attribute.by_value, attribute.length));
    }
    if (attribute.length > 0) {
      offset += static_cast<std::uint32_t>(attribute.length);
    } else if (attribute.length == -1) {
      offset += static_cast<std::uint32_t>(VARSIZE_ANY(place));
    } else {
      offset += static_cast<std::uint32_t>(std::strlen(place)) + 1;
    }
  }
}

/// Attributes that the table has got since the tuple was written.
void TupleColumns::add_missing(std::uint32_t row, int first) {
  for (int i = first; i < count_; ++i) {
    if (attributes_[i].column < 0) continue;
    bool is_null = true;
    const Datum value = getmissingattr(descriptor_, i + 1, &is_null);
    if (is_null) {
      batch_->set_null(attributes_[i].column, row);
    } else {
      batch_->set(attributes_[i].column, row, value);
    }
  }
}

}  // namespace varve::vectorized
