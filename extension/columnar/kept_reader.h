#pragma once

#include "extension/columnstore/reader.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// A statement that writes row by row asks the row groups of a chunk something for each: whether
// there is such a row, or one with the same key. What was read and decoded for one row is kept for
// the next, until the transaction ends or something about the chunk changes. C API.
namespace varve::columnar {

struct KeyTable;

/// What is kept of one chunk.
struct Kept {
  Oid chunk;
  Oid toast;
  MemoryContext context;
  columnstore::Reader* reader;  // suspended while nobody uses it
  KeyTable* tables;             // of its unique indexes, as far as they were asked for
  bool is_stale;
  int user_level;  // of the subtransaction that uses it now; 0: nobody does
  Kept* next;
};

/// Takes what is kept of `chunk`, or starts to; null while somebody up the stack has taken it. The
/// caller holds a lock on the chunk that keeps its row groups as they are.
Kept* take_kept(Relation chunk);

/// Gives it back; null is nothing.
void give_back(Kept* kept);

/// Once, in _PG_init.
void install_kept_readers();

}  // namespace varve::columnar
