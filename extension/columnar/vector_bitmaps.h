#pragma once

#include "extension/columnar/deletion_bitmap.h"
#include "extension/columnar/row_header.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
#include <utils/snapshot.h>
}

// The deletion bitmaps of vectors in a chunk's TOAST relation, as RowHeaders has them: it is their
// only user. C API.
namespace varve::columnar {

/// The TOAST relation of a chunk, and its valid index.
struct BitmapStore {
  Relation chunk;
  Relation toast;
  Relation index;
};

/// Whether a bitmap that the snapshot sees has the row: then `header` tells whose it is. A dirty
/// snapshot may be used; it is told by the header who is deleting the row.
bool find_in_bitmaps(const BitmapStore& store, RowId id, Snapshot snapshot, RowHeader* header);

/// Marks in `dead`, of a group's rows, those of the vectors `first` to `last` that bitmaps seen by
/// the snapshot have; returns how many.
std::uint32_t mark_in_bitmaps(const BitmapStore& store, std::uint16_t group, std::uint32_t first,
                              std::uint32_t last, Snapshot snapshot, std::uint64_t* dead);

RowHeaders::Tombstones count_in_bitmaps(const BitmapStore& store, std::uint16_t group,
                                        TransactionId oldest);

/// Marks in `touched`, of a vector's rows, those that bitmaps have as of now, whatever is in
/// progress; returns the first number that no bitmap has. There is one while a row is in none.
std::uint32_t mark_in_vector(const BitmapStore& store, std::uint16_t group, std::uint32_t vector,
                             std::uint64_t* touched);

}  // namespace varve::columnar
