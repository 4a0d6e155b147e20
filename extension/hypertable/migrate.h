#pragma once

#include <cstddef>

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/slice.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/attnum.h>
#include <utils/rel.h>
}

namespace varve::hypertable {

/// A chunk that holds rows and waits to be attached.
struct LoadedChunk {
  Oid table;
  chunk::Slice slice;
};

struct LoadedChunks {
  LoadedChunk* all;  // in the current memory context
  std::size_t count;
};

/// Copies every row of `table`, still an ordinary one, into chunks of their own. No trigger fires,
/// and nothing is sent to logical replication: the rows only move. Like any rewrite of a table, not
/// safe for snapshots older than the transaction.
///
/// Throws what chunk::coordinate_of() does for a row that no chunk can hold.
LoadedChunks copy_into_chunks(Relation table, const catalog::Hypertable& hypertable,
                              AttrNumber column);

}  // namespace varve::hypertable
