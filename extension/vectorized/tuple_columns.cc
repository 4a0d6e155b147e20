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

void TupleColumns::add(const HeapTupleHeaderData* tuple) {
  const int there = HeapTupleHeaderGetNatts(tuple);
  const int last = std::min(count_, there);
  if ((tuple->t_infomask & HEAP_HASNULL) != 0) {
    walk(tuple, 0, 0, last, tuple->t_bits);
  } else if (there < walk_from_) {
    walk(tuple, 0, 0, last, nullptr);
  } else {
    const char* data = reinterpret_cast<const char*>(tuple) + tuple->t_hoff;
    for (int i = 0; i < fixed_count_; ++i) {
      take(attributes_[fixed_[i].attribute], data + fixed_[i].offset);
    }
    walk(tuple, walk_from_, walk_offset_, last, nullptr);
  }
  if (there < count_) add_missing(there);
  batch_->add_row();
}

void TupleColumns::take(const Attribute& attribute, const char* place) {
  batch_->set(attribute.column, fetch_att(place, attribute.by_value, attribute.length));
}

void TupleColumns::walk(const HeapTupleHeaderData* tuple, int first, std::uint32_t offset, int last,
                        const bits8* nulls) {
  const char* data = reinterpret_cast<const char*>(tuple) + tuple->t_hoff;
  for (int i = first; i < last; ++i) {
    const Attribute& attribute = attributes_[i];
    if (nulls != nullptr && att_isnull(i, nulls)) {
      if (attribute.column >= 0) batch_->set_null(attribute.column);
      continue;
    }
    // A short varlena header, which is not zero as padding is, stands anywhere.
    if (attribute.length != -1 || !VARATT_NOT_PAD_BYTE(data + offset)) {
      offset = aligned(offset, attribute.alignment);
    }
    const char* place = data + offset;
    if (attribute.column >= 0) take(attribute, place);
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
void TupleColumns::add_missing(int first) {
  for (int i = first; i < count_; ++i) {
    if (attributes_[i].column < 0) continue;
    bool is_null = true;
    const Datum value = getmissingattr(descriptor_, i + 1, &is_null);
    if (is_null) {
      batch_->set_null(attributes_[i].column);
    } else {
      batch_->set(attributes_[i].column, value);
    }
  }
}

}  // namespace varve::vectorized
