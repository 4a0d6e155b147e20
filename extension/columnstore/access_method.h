#pragma once

#include "extension/pg/postgres.h"

namespace varve::columnstore {

/// The OID of varve_columnar. C API, as both below.
Oid columnar_method();

/// Makes `method` the table's access method, which reads the same files. AccessExclusiveLock is
/// held. Visible when it returns.
void set_access_method(Oid table, Oid method);

/// Gives a table that nobody else knows yet a TOAST relation, whatever its columns are, and heap's
/// access method: until its columns are there, and its indexes.
void prepare_for_columns(Oid table);

}  // namespace varve::columnstore
