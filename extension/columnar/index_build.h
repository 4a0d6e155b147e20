#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <nodes/execnodes.h>
#include <utils/rel.h>
}

// Callbacks that give an index its entries. C API.
namespace varve::columnar {

/// Those of the heap part; and of all columnar rows for an index that is wanted full, or says for
/// the first time that rows are unique: it is complete then (columnstore/complete_index.h).
double index_build_range_scan(Relation chunk, Relation index, IndexInfo* info, bool allow_sync,
                              bool any_visible, bool progress, BlockNumber first, BlockNumber count,
                              IndexBuildCallback callback, void* state, TableScanDesc scan);
/// Those that are missing after a concurrent build: of rows that were written meanwhile, into the
/// heap part.
void index_validate_scan(Relation chunk, Relation index, IndexInfo* info, Snapshot snapshot,
                         ValidateIndexState* state);

}  // namespace varve::columnar
