#include "extension/columnar/delete_vector.h"

#include <cassert>

#include "extension/columnar/row_lock.h"
#include "extension/columnar/tid.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <pgstat.h>
#include <storage/predicate.h>
}

namespace varve::columnar {
namespace {

RowId row_at(const VectorDeletion& deletion, std::uint16_t position) {
  const std::uint32_t row = deletion.vector * kBitmapRows + position;
  return {deletion.group, static_cast<std::uint16_t>(row)};
}

/// Moves the rows that are touched to the front, and the others to `free`; returns how many are
/// touched.
std::uint32_t divide(const VectorDeletion& deletion, const std::uint64_t* touched,
                     std::uint16_t* free) {
  std::uint32_t left = 0;
  for (std::uint32_t i = 0; i < deletion.count; ++i) {
    const std::uint16_t row = deletion.rows[i];
    const bool is_touched = (touched[row / 64] >> row % 64 & 1) != 0;
    if (is_touched) {
      deletion.rows[left++] = row;
    } else {
      free[i - left] = row;
    }
  }
  return left;
}

/// Tells serializable readers, as heap does for each row.
void announce(Relation chunk, const VectorDeletion& deletion, const std::uint16_t* rows,
              std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const RowId id = row_at(deletion, rows[i]);
    ItemPointerData tid;
    set_tid(&tid, id);
    CheckForSerializableConflictIn(chunk, &tid, block_of(id));
  }
}

}  // namespace

std::uint32_t delete_in_vector(Relation chunk, RowHeaders& headers, const VectorDeletion& deletion,
                               CommandId cid) {
  const RowId first = row_at(deletion, 0);
  std::uint64_t touched[kBitmapRows / 64] = {};
  std::uint16_t free[kBitmapRows];
  guard(chunk, first);
  const std::uint32_t number = headers.touched_rows(deletion.group, deletion.vector, touched);
  const std::uint32_t left = divide(deletion, touched, free);
  const std::uint32_t count = deletion.count - left;
  if (count > 0) {
    assert(number < kBitmapsOfVector);
    announce(chunk, deletion, free, count);
    const RowId id = bitmap_id(deletion.group, deletion.vector, number);
    headers.insert_bitmap(id, make_bitmap({free, count}), cid);
  }
  unguard(chunk, first);
  for (std::uint32_t i = 0; i < count; ++i) pgstat_count_heap_delete(chunk);
  return left;
}

}  // namespace varve::columnar
