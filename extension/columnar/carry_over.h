#pragma once

#include "extension/columnstore/group_copy.h"

#include "extension/pg/freeze.h"
#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// Row groups, and who has deleted which of their rows, come along where a chunk gets new files.
// Nobody writes into the chunk. C API.
namespace varve::columnar {

/// Copies the tombstones of the row groups that come along to the TOAST relation of `target`, under
/// the groups' new numbers; they keep their transactions. Carriers are not needed: nobody holds a
/// lock of a row. To be called when the groups and the values of the heap part are there: whole
/// pages are written behind what there is.
void copy_tombstones(Relation source, Relation target, const columnstore::GroupNumbers& numbers,
                     const pg::FreezeLimits& limits);

/// Copies all row groups of a table whose heap part has just been copied, as CLUSTER and VACUUM
/// FULL have it; TIDs stay what they were.
void copy_store(Relation source, Relation target, const pg::FreezeLimits& limits);

}  // namespace varve::columnar
