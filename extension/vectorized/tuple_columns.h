#pragma once

#include <cstdint>
#include <span>

#include "extension/vectorized/row_batch.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/htup.h>
#include <access/tupdesc.h>
}

// Heap tuples taken apart straight into columns, up to the last attribute that is needed: what
// slot_deform_heap_tuple() does, without a slot in between. C API.
namespace varve::vectorized {

class TupleColumns {
 public:
  /// In the current memory context. `columns` are those of the batch, in no order, of the
  /// attributes with these numbers.
  void begin(TupleDesc descriptor, RowBatch* batch, const AttrNumber* attributes);
  /// Adds tuples of a page to the batch, which has room.
  void add(std::span<const HeapTupleHeader> tuples);

 private:
  /// An attribute of tuples, up to the last needed one.
  struct Attribute {
    std::int16_t length;
    std::uint8_t alignment;
    bool by_value;
    int column;  // -1: not needed
  };
  /// One that lies at the same place of all tuples without nulls.
  struct Fixed {
    int attribute;
    std::uint32_t offset;
  };

  /// A tuple whose fixed attributes are all there.
  struct Plain {
    const char* data;
    std::uint32_t row;  // of the batch
  };

  void find_fixed();
  void add_attributes(HeapTupleHeader tuple, std::uint32_t row);
  void add_fixed(const Fixed& fixed);
  template <class Type>
  void add_fixed(int column, std::uint32_t offset);
  void walk(HeapTupleHeader tuple, std::uint32_t row, int first, std::uint32_t offset);
  void add_missing(std::uint32_t row, int first);

  TupleDesc descriptor_ = nullptr;
  RowBatch* batch_ = nullptr;
  Attribute* attributes_ = nullptr;
  int count_ = 0;
  Fixed* fixed_ = nullptr;
  int fixed_count_ = 0;
  int walk_from_ = 0;  // tuples without nulls: the first attribute behind those
  std::uint32_t walk_offset_ = 0;
  Plain* plain_ = nullptr;  // of a page
  int plain_count_ = 0;
};

}  // namespace varve::vectorized
