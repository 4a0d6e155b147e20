#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pg_list.h>
#include <utils/rel.h>
}

// Which indexes of columnar chunks shall have entries for all rows: the option tsdb.full_indexes of
// a hypertable. Which have, says complete_index.h. C API.
namespace varve::columnstore {

/// Whether the options name the hypertable's index that an index of a chunk is a partition of. One
/// that is being built beside another, to take its place, is asked for as that one is.
bool is_wanted_full(Relation chunk, Relation index);

/// Reports an index name of the option that the hypertable has not, with 42704, or of a kind that
/// cannot be read in the order of its entries, with 0A000.
void check_full_indexes(Oid hypertable, const List* names);

/// Builds the indexes of a chunk that are wanted full and are not. AccessExclusiveLock is held.
void build_full_indexes(Oid chunk);

/// Renames or, without a new name, removes an index in the options of its hypertable.
void follow_index(Oid index, const char* before, const char* after);

}  // namespace varve::columnstore
