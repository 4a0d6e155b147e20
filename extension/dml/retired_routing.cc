#include "extension/dml/retired_routing.h"

#include "extension/chunk/partition_descriptor.h"

extern "C" {
#include <access/xact.h>
#include <partitioning/partdesc.h>
#include <utils/memutils.h>
#include <utils/rel.h>
}

namespace varve::dml {

void RetiredRouting::replace_directory(EState& estate) {
  if (current_ != nullptr) {
    DestroyPartitionDirectory(current_);
    MemoryContextDelete(memory_);
  } else {
    first_ = estate.es_partition_directory;
    since_ = open_queries::now();
  }
  memory_ = AllocSetContextCreate(estate.es_query_cxt, "partition directory", ALLOCSET_SMALL_SIZES);
  current_ = CreatePartitionDirectory(memory_, !IsolationUsesXactSnapshot());
  estate.es_partition_directory = current_;
}

// Whoever may hold a descriptor that was made since: a query that a trigger or a function began
// meanwhile and that is still open, or the plan by which this statement checks rows that others
// have changed (EvalPlanQual), which is no query of its own, begins once and stays; as everybody
// who holds a descriptor, it also holds a reference to the relation.
bool RetiredRouting::has_new_holder(const Target& target) const {
  return open_queries::any_since(since_) || target.parent->rd_refcnt != target.references;
}

void RetiredRouting::begin_anew() {
  since_ = open_queries::now();
  for (Target* each = targets_; each != nullptr; each = each->next) {
    each->oldest = chunk::descriptor_memory(each->parent);
    each->references = each->parent->rd_refcnt;
  }
}

void RetiredRouting::discard_descriptors(EState& estate, Relation parent) {
  Target* target = targets_;
  while (target != nullptr && target->parent != parent) target = target->next;
  if (target == nullptr) {
    target = static_cast<Target*>(MemoryContextAlloc(estate.es_query_cxt, sizeof(Target)));
    *target = {parent, chunk::descriptor_memory(parent), parent->rd_refcnt, targets_};
    targets_ = target;
  } else if (has_new_holder(*target)) {
    begin_anew();
  } else {
    chunk::discard_descriptors(parent, target->oldest);
  }
}

PartitionTupleRouting* RetiredRouting::replace(ModifyTableState& node,
                                               PartitionTupleRouting* routing) {
  EState& estate = *node.ps.state;
  Relation parent = node.rootResultRelInfo->ri_RelationDesc;
  auto* item = static_cast<Item*>(MemoryContextAlloc(estate.es_query_cxt, sizeof(Item)));
  *item = {&node, routing, items_};
  items_ = item;
  MemoryContext caller = MemoryContextSwitchTo(estate.es_query_cxt);
  PartitionTupleRouting* fresh = ExecSetupPartitionTupleRouting(&estate, parent);
  MemoryContextSwitchTo(caller);
  discard_descriptors(estate, parent);
  return fresh;
}

void RetiredRouting::close() {
  for (const Item* item = items_; item != nullptr; item = item->next) {
    ExecCleanupTupleRouting(item->node, item->routing);
  }
  items_ = nullptr;
  if (first_ != nullptr) DestroyPartitionDirectory(first_);
  first_ = nullptr;
}

}  // namespace varve::dml
