#include "extension/dml/routed_query.h"

#include "extension/catalog/hypertable_cache.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <utils/rel.h>
}

namespace varve::dml {

RoutedQuery* RoutedQuery::all_started = nullptr;
RoutedQuery* RoutedQuery::innermost = nullptr;

RoutedQuery* RoutedQuery::find(const EState* estate) {
  RoutedQuery* query = all_started;
  while (query != nullptr && query->estate_ != estate) query = query->next_;
  return query;
}

// A ModifyTable is the root of the plan or of a data-modifying CTE, never anything below.
void RoutedQuery::add_target(PlanState* state) {
  if (state == nullptr || !IsA(state, ModifyTableState)) return;
  auto* node = reinterpret_cast<ModifyTableState*>(state);
  Relation root = node->rootResultRelInfo->ri_RelationDesc;
  if (root->rd_rel->relkind != RELKIND_PARTITIONED_TABLE) return;
  if (pg::entry([&] { return catalog::cached_hypertable(RelationGetRelid(root)); }) == nullptr) {
    return;
  }
  auto* target = static_cast<Target*>(MemoryContextAlloc(estate_->es_query_cxt, sizeof(Target)));
  *target = {node, targets_};
  targets_ = target;
}

void RoutedQuery::begin(QueryDesc& query) {
  if (query.plannedstmt->commandType == CMD_SELECT && !query.plannedstmt->hasModifyingCTE) return;
  RoutedQuery found = {};
  found.estate_ = query.estate;
  found.add_target(query.planstate);
  ListCell* cell;
  foreach (cell, query.estate->es_subplanstates) {
    found.add_target(static_cast<PlanState*>(lfirst(cell)));
  }
  if (found.targets_ == nullptr) return;

  MemoryContext context = query.estate->es_query_cxt;
  auto* started = static_cast<RoutedQuery*>(MemoryContextAlloc(context, sizeof(RoutedQuery)));
  *started = found;
  started->callback_.func = unlink;
  started->callback_.arg = started;
  started->next_ = all_started;
  all_started = started;
  MemoryContextRegisterResetCallback(context, &started->callback_);
}

void RoutedQuery::unlink(void* query) {
  for (RoutedQuery** link = &all_started; *link != nullptr; link = &(*link)->next_) {
    if (*link != query) continue;
    *link = (*link)->next_;
    return;
  }
}

Relation RoutedQuery::target(Oid relation) const {
  for (const Target* target = targets_; target != nullptr; target = target->next) {
    Relation root = target->node->rootResultRelInfo->ri_RelationDesc;
    if (RelationGetRelid(root) == relation) return root;
  }
  return nullptr;
}

// Every target, not only the one that lacks a chunk: they share the directory, and what route()
// reads in it must be what they route with.
void RoutedQuery::replace_routing() {
  retired_.replace_directory(*estate_);
  for (const Target* target = targets_; target != nullptr; target = target->next) {
    ModifyTableState& node = *target->node;
    if (node.mt_partition_tuple_routing == nullptr) continue;
    node.mt_partition_tuple_routing = retired_.replace(node, node.mt_partition_tuple_routing);
  }
}

void RoutedQuery::end(QueryDesc& query) {
  RoutedQuery* found = find(query.estate);
  if (found == nullptr) return;
  found->retired_.close();
  unlink(found);
}

}  // namespace varve::dml
