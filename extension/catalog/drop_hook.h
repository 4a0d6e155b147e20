#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/attnum.h>
}

// Keeps the catalog true where statements of PostgreSQL's own change a table: whatever way it goes
// (DROP TABLE, DROP SCHEMA ... CASCADE, DROP OWNED), its rows go in the same transaction.
namespace varve::catalog {

/// Removes the rows of the object that is about to be dropped, if it is a hypertable or a chunk.
void forget_dropped(Oid class_id, Oid object_id);

/// Stores the new name of the primary dimension, if the renamed column is one.
void follow_rename(Oid relation, AttrNumber column);

/// Stores the new name of a schema that hypertables keep their chunks in, if it has been renamed.
void follow_schema_rename(Oid schema);

/// The column's name as the command under way has left it, which the system caches do not have
/// before the next one; empty where there is no such column. C API.
NameData newest_column_name(Oid relation, AttrNumber column);

/// Once, in _PG_init. Listens for invalidations, too.
void install_drop_hook();

}  // namespace varve::catalog
