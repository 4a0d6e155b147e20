#pragma once

#include "extension/columnar/row_id.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <storage/itemptr.h>
}

// Row ids as PostgreSQL's ItemPointer. C API.
namespace varve::columnar {

/// Whether the TID is that of a columnar row, or would be if there were such a row.
inline bool is_columnar(const ItemPointerData* tid) {
  return is_columnar(ItemPointerGetBlockNumberNoCheck(tid));
}

inline std::optional<RowId> row_of(const ItemPointerData* tid) {
  return row_of(ItemPointerGetBlockNumberNoCheck(tid), ItemPointerGetOffsetNumberNoCheck(tid));
}

inline void set_tid(ItemPointerData* tid, RowId id) {
  ItemPointerSet(tid, block_of(id), offset_of(id));
}

}  // namespace varve::columnar
