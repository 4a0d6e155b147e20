#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <nodes/execnodes.h>
#include <utils/rel.h>
}

// Callbacks of index builds, index cleaning and rewrites. C API.
namespace varve::columnar {

/// Indexes are built over the heap part; unique ones check the row groups as well.
double index_build_range_scan(Relation chunk, Relation index, IndexInfo* info, bool allow_sync,
                              bool any_visible, bool progress, BlockNumber first, BlockNumber count,
                              IndexBuildCallback callback, void* state, TableScanDesc scan);
void index_validate_scan(Relation chunk, Relation index, IndexInfo* info, Snapshot snapshot,
                         ValidateIndexState* state);
TransactionId index_delete_tuples(Relation chunk, TM_IndexDeleteOp* deletion);
void relation_copy_for_cluster(Relation old_table, Relation new_table, Relation index,
                               bool use_sort, TransactionId oldest, TransactionId* xid_cutoff,
                               MultiXactId* multi_cutoff, double* rows, double* vacuumed,
                               double* recently_dead);

}  // namespace varve::columnar
