#pragma once

#include "extension/columnstore/reader.h"

namespace varve::columnar {

struct KeyTable;

/// Readers that wait for their next use. A statement comes to us with one row at a time; what was
/// decoded for the last one is most of what the next one needs. Small ones outlive the transaction,
/// unless it is rolled back: row groups never change, and who gives the chunk others says so to
/// every backend. C API.

/// A reader of the chunk, from the pool or new; for the current resource owner.
columnstore::Reader* take_reader(Relation chunk);
/// What is kept beside a reader of the pool, as long as it, but not longer than a transaction.
struct Beside {
  MemoryContext context;
  KeyTable* tables;  // of unique indexes, as far as they were asked for
};
/// Null for a reader that has no place in the pool.
Beside* beside(const columnstore::Reader* reader);

/// Lets others use a reader that is taken, between two calls of who has taken it; or no longer.
void lend(const columnstore::Reader* reader, bool is_lent);
/// A reader of the chunk that is lent, or null. For one row, of which nothing is kept that lies in
/// the reader's memory; not to be given back.
columnstore::Reader* borrow_reader(Relation chunk);

/// Gives it back, closed or to be used again; to be called by who took it, unless an error passes.
void give_back(columnstore::Reader* reader);

/// Lets the pool hear of ends of transactions and of changes of tables. Called from _PG_init().
void install_reader_pool();

}  // namespace varve::columnar
