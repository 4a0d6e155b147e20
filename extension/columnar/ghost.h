#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <utils/rel.h>
}

// What logical decoding is told of a columnar row that is deleted or replaced. A tombstone tells it
// nothing. So the row is put into the heap part, unseen by decoding and by every snapshot, and
// deleted or updated there at once: PostgreSQL writes the record that it writes for any row. C API.
namespace varve::columnar {

/// Whether changes of the table's rows are to be decoded.
bool is_decoded(Relation table);

/// Writes the record of a deletion of `old_row`.
void log_deletion(Relation chunk, TupleTableSlot* old_row, bool is_moved);

/// Inserts `new_row`, as of command `cid`, sets its TID, and writes the record of an update of
/// `old_row` to it. Whether the caller has to make index entries.
bool insert_as_update(Relation chunk, TupleTableSlot* old_row, TupleTableSlot* new_row,
                      CommandId cid);

}  // namespace varve::columnar
