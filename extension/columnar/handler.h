#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <utils/rel.h>
}

namespace varve::columnar {

/// The table access method varve_columnar: rows in a heap, and rows in row groups.
const TableAmRoutine& method();

/// Whether the relation's access method is varve_columnar. C API.
bool is_columnar_table(Relation relation);

}  // namespace varve::columnar
