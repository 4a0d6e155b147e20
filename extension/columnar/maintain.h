#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <utils/rel.h>
}

// Callbacks of index cleaning and rewrites. C API.
namespace varve::columnar {

TransactionId index_delete_tuples(Relation chunk, TM_IndexDeleteOp* deletion);
void relation_copy_for_cluster(Relation old_table, Relation new_table, Relation index,
                               bool use_sort, TransactionId oldest, TransactionId* xid_cutoff,
                               MultiXactId* multi_cutoff, double* rows, double* vacuumed,
                               double* recently_dead);

}  // namespace varve::columnar
