#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/execPartition.h>
#include <executor/executor.h>
#include <nodes/execnodes.h>
#include <parser/parse_node.h>
}

// Pieces of the executor whose signatures depend on PostgreSQL's version.
namespace varve::pg {

/// Row type of the named table to that of its partition; null where they are the same.
inline TupleConversionMap* root_to_partition(ResultRelInfo& partition,
                                             [[maybe_unused]] EState& estate) {
#if PG_VERSION_NUM < 160000
  return partition.ri_RootToPartitionMap;
#else
  return ExecGetRootToChildMap(&partition, &estate);
#endif
}

/// Makes the index entries of a new row; the indexes to be checked again when constraints are.
inline List* insert_index_entries(ResultRelInfo& target, TupleTableSlot& slot, EState& estate) {
#if PG_VERSION_NUM < 160000
  return ExecInsertIndexTuples(&target, &slot, &estate, false, false, nullptr, NIL);
#else
  return ExecInsertIndexTuples(&target, &slot, &estate, false, false, nullptr, NIL, false);
#endif
}

/// Whether parameters of the executor, as they are now, leave out children of an Append; then those
/// that remain are `left`.
inline bool prunes_now(AppendState& append, Bitmapset** left) {
  PartitionPruneState* pruning = append.as_prune_state;
  if (pruning == nullptr || !pruning->do_exec_prune) return false;
#if PG_VERSION_NUM < 180000
  *left = ExecFindMatchingSubPlans(pruning, false);
#else
  *left = ExecFindMatchingSubPlans(pruning, false, nullptr);
#endif
  return true;
}

/// What a utility statement asks of the only table of its range table.
struct Permissions {
#if PG_VERSION_NUM < 160000
  explicit Permissions(const ParseNamespaceItem& item) : asked(item.p_rte) {}
  static void check(const ParseState& state) { ExecCheckRTPerms(state.p_rtable, true); }
  RangeTblEntry* asked;
#else
  explicit Permissions(const ParseNamespaceItem& item) : asked(item.p_perminfo) {}
  static void check(const ParseState& state) {
    ExecCheckPermissions(state.p_rtable, state.p_rteperminfos, true);
  }
  RTEPermissionInfo* asked;
#endif
};

}  // namespace varve::pg
