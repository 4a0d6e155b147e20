#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pg_list.h>
}

// The option tsdb.sparse_index (sparse_index.h) of a hypertable: checked, and kept up with the
// table. C API.
namespace varve::columnstore {

struct SparseEntry {
  const char* type;
  List* columns;  // of char*
};

/// The entries of a list, a List of SparseEntry*. Reports 22023 for what is no such list.
List* sparse_entries(const char* text);

/// The same list as it is stored, checked against the columns of the hypertable. Reports 22023 for
/// what is no such list, 42704 for types of index that there are not, 42703 for columns, 0A000 for
/// types of columns.
const char* checked_sparse_index(Oid hypertable, const char* text);

/// The list after a column has got another name, or, without one, was dropped; null where it does
/// not name the column.
const char* sparse_index_after(const char* text, const char* column, const char* new_name);

}  // namespace varve::columnstore
