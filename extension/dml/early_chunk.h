#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// A chunk that is there for others before the statement ends that needs it. A chunk made in a
// transaction is one for others when that commits; a second COPY into the same new chunk would wait
// for the first to the end. So where it can, a COPY has a process of its own make the chunk, and
// commit it, before it writes its first row. docs/inserting.md
namespace varve::dml {

/// Makes the chunk that holds `value` (units of Slice) so, if it does not exist. May do nothing, as
/// where this transaction has written something, which nobody else could see; then the chunk has
/// to be made here. The caller holds RowExclusiveLock on the parent, which says what is committed.
/// `type` is the base type of the dimension. C API.
void make_chunk_early(Relation parent, std::int64_t value, Oid type);

/// Defines the setting varve.early_chunks. Called from _PG_init().
void define_early_chunks();

}  // namespace varve::dml
