#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
}

// ALTER TABLE hypertable SET (tsdb.enable_columnstore, tsdb.segmentby = ..., tsdb.orderby = ...) in
// all its spellings. C API.
namespace varve::columnstore {

/// Whether an option is one of the columnstore's, with whatever prefix.
bool is_option(const DefElem* option);

/// Applies a statement's options (a List of DefElem that are is_option()) to a hypertable that the
/// user owns; of a RESET, their names. Says in a NOTICE what it has chosen where nothing was given.
///
/// Reports TS001, 42501, 42703 and 22023 for columns, 42883 for types without an order, 42601 for
/// lists that are none, 0A000 where columnar chunks or types of columns are in the way; what
/// sparse_options.h and roll_up.h say, and 55000 where these options come without the columnstore.
void apply_options(Oid hypertable, List* options, bool is_reset);

}  // namespace varve::columnstore
