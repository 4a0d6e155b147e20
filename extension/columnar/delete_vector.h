#pragma once

#include "extension/columnar/row_header.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

namespace varve::columnar {

/// Rows of one vector that a command deletes, by their positions in it.
struct VectorDeletion {
  std::uint16_t group;
  std::uint32_t vector;
  std::uint16_t* rows;
  std::uint32_t count;
};

/// Deletes them with one bitmap, but for those that somebody has locked, replaced or deleted since
/// the command's snapshot, or does so now, or has locked ever: they are for tuple_delete(), which
/// waits, and says what to do. Leaves them at the front of `rows`, in their order; returns how many
/// they are. `headers` are open for writing. The chunk's changes are not decoded. C API.
std::uint32_t delete_in_vector(Relation chunk, RowHeaders& headers, const VectorDeletion& deletion,
                               CommandId cid);

}  // namespace varve::columnar
