#pragma once

#include <cstdint>

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
  /// Adds the tuple to the batch, which has room.
  void add(const HeapTupleHeaderData* tuple);

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

  void find_fixed();
  void take(const Attribute& attribute, const char* place);
  void walk(const HeapTupleHeaderData* tuple, int first, std::uint32_t offset, int last,
            const bits8* nulls);
  void add_missing(int first);

  TupleDesc descriptor_ = nullptr;
  RowBatch* batch_ = nullptr;
  Attribute* attributes_ = nullptr;
  int count_ = 0;
  Fixed* fixed_ = nullptr;
  int fixed_count_ = 0;
  int walk_from_ = 0;  // tuples without nulls: the first attribute behind those
  std::uint32_t walk_offset_ = 0;
};

}  // namespace varve::vectorized
