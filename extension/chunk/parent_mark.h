#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// PostgreSQL looks for children only of a table or an index that pg_class.relhassubclass marks as a
// parent. One that never had children is not marked; and ANALYZE takes the mark from a table whose
// children it cannot see, which hides a chunk that is about to be committed. All are C API.
namespace varve::chunk {

/// Marks `parent` and its indexes, and sees to it that the mark stays until the transaction ends:
/// either a committed chunk cannot be dropped, or, while there is none, ANALYZE is kept out by a
/// ShareUpdateExclusiveLock on `parent`.
///
/// Lock order: it may wait for the maker of a first chunk, so whoever makes a chunk calls it before
/// it locks the slice.
void hold_parent_mark(Relation parent);

/// Marks one table or index, under a ShareUpdateExclusiveLock where it has to be done.
void mark_as_parent(Oid parent);

}  // namespace varve::chunk
