#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// Indexes that have an entry for every row of a chunk, also of its row groups. Most have not: they
// are sparse, and read together with the columns. C API.
//
// That an index is complete is said by a tuple of the chunk's store, which names the index's file.
// Row groups change only when the store is written anew, an index only by getting another file; so
// what does either makes the index sparse, unless it says otherwise itself. To take a complete
// index for a sparse one is right, and slow; but plans rely on what they have been told, so
// whatever makes one sparse has to invalidate the chunk in the relation cache, as building an index
// does.
namespace varve::columnstore {

/// Whether the index of a chunk with row groups is known to be complete. Cheap when repeated.
bool is_complete(Relation chunk, Relation index);

/// Says so of an index that has just got its entries; this transaction has changed something.
void note_complete(Relation chunk, Relation index);

/// The same of the file `copy`, if it was so of the file `original` that has been copied to it.
void note_copied_file(Relation chunk, Oid original, Oid copy);

/// To be called for every relation cache invalidation; InvalidOid stands for all relations.
void forget_index(Oid relation);

}  // namespace varve::columnstore
