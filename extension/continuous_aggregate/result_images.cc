#include "extension/continuous_aggregate/result_images.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <common/hashfn.h>
#include <utils/datum.h>
#include <utils/memutils.h>
}

namespace varve::continuous_aggregate {
namespace {

/// A value's length, where it has one of its own, and its bytes.
void append_value(StringInfo bytes, Datum value, const FormData_pg_attribute& attribute) {
  if (attribute.attbyval) {
    appendBinaryStringInfo(bytes, reinterpret_cast<const char*>(&value), sizeof(value));
  } else if (attribute.attlen == -1) {
    const auto* data = PG_DETOAST_DATUM_PACKED(value);
    const int length = static_cast<int>(VARSIZE_ANY_EXHDR(data));
    appendBinaryStringInfo(bytes, reinterpret_cast<const char*>(&length), sizeof(length));
    appendBinaryStringInfo(bytes, VARDATA_ANY(data), length);
  } else {
    appendBinaryStringInfo(bytes, DatumGetPointer(value),
                           static_cast<int>(datumGetSize(value, false, attribute.attlen)));
  }
}

}  // namespace

ResultImages::ResultImages(TupleDesc columns, const Bitmapset* key)
    : columns_(columns),
      order_(static_cast<int*>(palloc(sizeof(int) * static_cast<std::size_t>(columns->natts)))),
      memory_(AllocSetContextCreate(CurrentMemoryContext, "row of results", ALLOCSET_SMALL_SIZES)) {
  initStringInfo(&bytes_);
  const auto is_of_key = [&](int i) { return key == nullptr || bms_is_member(i + 1, key); };
  for (int i = 0; i < columns->natts; ++i) {
    if (is_of_key(i)) order_[key_count_++] = i;
  }
  int count = key_count_;
  for (int i = 0; i < columns->natts; ++i) {
    if (!is_of_key(i)) order_[count++] = i;
  }
}

void ResultImages::append(const TupleTableSlot& row, int offset, int column) {
  const bool is_null = row.tts_isnull[offset + column];
  appendStringInfoCharMacro(&bytes_, static_cast<char>(is_null));
  if (is_null) return;
  append_value(&bytes_, row.tts_values[offset + column], *TupleDescAttr(columns_, column));
}

Image ResultImages::of(TupleTableSlot& row, int offset) {
  slot_getallattrs(&row);
  const MemoryContext before = MemoryContextSwitchTo(memory_);
  resetStringInfo(&bytes_);
  for (int i = 0; i < key_count_; ++i) append(row, offset, order_[i]);
  const int key_length = bytes_.len;
  for (int i = key_count_; i < columns_->natts; ++i) append(row, offset, order_[i]);
  MemoryContextSwitchTo(before);
  MemoryContextReset(memory_);
  const auto* begin = reinterpret_cast<const unsigned char*>(bytes_.data);
  return {hash_bytes_extended(begin, key_length, 0), hash_bytes_extended(begin, bytes_.len, 1)};
}

}  // namespace varve::continuous_aggregate
