#include "extension/columnar/maintain.h"

#include "extension/columnar/carry_over.h"
#include "extension/columnar/heap_part.h"
#include "extension/columnar/index_shim.h"
#include "extension/columnar/scan.h"
#include "extension/columnar/tid.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/heapam.h>
#include <catalog/pg_am.h>
}

namespace varve::columnar {
// Entries of columnar rows are never deleted here: heap must not see them, and those that the index
// knows to be dead must come back to it.
TransactionId index_delete_tuples(Relation chunk, TM_IndexDeleteOp* deletion) {
  int heap_count = 0;
  int columnar_count = 0;
  bool has_known = false;
  auto* columnar = static_cast<TM_IndexDelete*>(
      palloc(sizeof(TM_IndexDelete) * static_cast<std::size_t>(deletion->ndeltids)));
  for (int i = 0; i < deletion->ndeltids; ++i) {
    const TM_IndexDelete& each = deletion->deltids[i];
    const bool is_known = deletion->status[each.id].knowndeletable;
    if (is_columnar(&each.tid)) {
      if (is_known) columnar[columnar_count++] = each;
      continue;
    }
    has_known = has_known || is_known;
    deletion->deltids[heap_count++] = each;
  }
  deletion->ndeltids = heap_count;
  TransactionId latest = InvalidTransactionId;
  // Asked for a simple deletion, heap expects that there is something to delete.
  if (heap_count > 0 && (has_known || deletion->bottomup)) {
    latest = heap().index_delete_tuples(chunk, deletion);
  } else {
    deletion->ndeltids = 0;
  }
  for (int i = 0; i < columnar_count; ++i) {
    deletion->deltids[deletion->ndeltids++] = columnar[i];
  }
  pfree(columnar);
  return latest;
}

void relation_copy_for_cluster(Relation old_table, Relation new_table, Relation index,
                               bool use_sort, TransactionId oldest, TransactionId* xid_cutoff,
                               MultiXactId* multi_cutoff, double* rows, double* vacuumed,
                               double* recently_dead) {
  const bool has_groups = columnstore::has_groups(old_table);
  install_index_shims(old_table);
  // Entries of columnar rows are passed over by the shim; without it they are not read at all.
  if (has_groups && index != nullptr && index->rd_rel->relam == BTREE_AM_OID &&
      !can_be_shimmed(index)) {
    use_sort = true;
  }
  with_heap_part(old_table, [&](Relation part) {
    heap().relation_copy_for_cluster(part, new_table, index, use_sort, oldest, xid_cutoff,
                                     multi_cutoff, rows, vacuumed, recently_dead);
  });
  if (has_groups) copy_store(old_table, new_table, {oldest, *xid_cutoff, *multi_cutoff});
}

}  // namespace varve::columnar
