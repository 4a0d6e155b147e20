#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// SERIALIZABLE rests on PostgreSQL finding who wrote what a transaction has read but could not see.
// It finds rows in tables that the reader scanned; a row in a chunk that its list of chunks lacked
// it does not. So whoever reads a hypertable leaves a mark on the hypertable itself, and whoever
// writes into a chunk that is too young for some reader looks for such marks. One that finds chunks
// of transactions it cannot see looks at these in turn: of a reader and a writer at the same time
// one sees the other. All are C API; they may ereport ERRCODE_T_R_SERIALIZATION_FAILURE, and do
// nothing in other isolation levels.
namespace varve::chunk {

/// Before the transaction reads `parent`, with whatever conditions; before the list of chunks is
/// read for it.
///
/// Cost    an index scan over the children of `parent`.
void before_reading(Relation parent);

/// Before the transaction writes into a chunk of `parent` whose row in pg_class is of the
/// transaction `made_by`.
void before_writing(Relation parent, TransactionId made_by);

/// Once, in _PG_init.
void install_serializable();

}  // namespace varve::chunk
