#pragma once

#include "extension/columnstore/reader.h"

namespace varve::columnar {

/// Readers that wait for their next use. A statement comes to us with one row at a time; what was
/// decoded for the last one is most of what the next one needs. They last for a transaction at
/// most. C API.

/// A reader of the chunk, from the pool or new; for the current resource owner.
columnstore::Reader* take_reader(Relation chunk);
/// Gives it back, closed or to be used again; to be called by who took it, unless an error passes.
void give_back(columnstore::Reader* reader);

/// Lets the pool hear of ends of transactions and of changes of tables. Called from _PG_init().
void install_reader_pool();

}  // namespace varve::columnar
