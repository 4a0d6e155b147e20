#pragma once

#include "extension/pg/postgres.h"

// Statements of PostgreSQL's that concern indexes which have, or shall have, all rows. C API.
namespace varve::columnstore {

/// An index is about to be dropped: options that name it, if it is a hypertable's, do so no more.
void on_index_drop(Oid index);

/// ALTER has changed the index's row of pg_class, which the system caches do not have yet: options
/// follow its name; what is known of a chunk's index goes with its file to another tablespace.
void on_index_alter(Oid index);

}  // namespace varve::columnstore
