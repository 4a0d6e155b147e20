#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/tuptable.h>
#include <utils/rel.h>
}

// Uniqueness across the heap part and the row groups. C API.
//
// Sparse unique indexes of a columnar chunk have no entries for columnar rows. Before PostgreSQL
// inserts an entry, and thereby checks whether there is an equal one, the columnar rows that are
// equal get theirs. PostgreSQL finds them, asks us whether they live, and waits, raises or retries
// as ever. Such an entry is true as long as its row group stands, so nothing has to take it back. A
// complete index has them all.
namespace varve::columnar {

/// Whether an index of the chunk asks something of new rows that columnar ones have to do with.
bool checks_rows(Relation chunk);

/// Makes the entries of columnar rows that a new row could be equal to in a unique index: but for
/// indexes in which it is equal to `old_row`, if that is given, the version that it replaces. That
/// one was unique.
void promote_equal_rows(Relation chunk, TupleTableSlot* new_row, TupleTableSlot* old_row = nullptr);

}  // namespace varve::columnar
