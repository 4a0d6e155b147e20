#include "extension/dml/retired_routing.h"

extern "C" {
#include <partitioning/partdesc.h>
}

namespace varve::dml {

void RetiredRouting::add(EState& estate, ModifyTableState* node, PartitionTupleRouting* routing,
                         PartitionDirectory directory) {
  auto* item = static_cast<Item*>(MemoryContextAlloc(estate.es_query_cxt, sizeof(Item)));
  *item = {node, routing, directory, items_};
  items_ = item;
}

void RetiredRouting::take_directory(EState& estate) {
  if (estate.es_partition_directory == nullptr) return;
  add(estate, nullptr, nullptr, estate.es_partition_directory);
  estate.es_partition_directory = nullptr;
}

PartitionTupleRouting* RetiredRouting::replace(ModifyTableState& node,
                                               PartitionTupleRouting* routing) {
  EState& estate = *node.ps.state;
  add(estate, &node, routing, nullptr);
  MemoryContext caller = MemoryContextSwitchTo(estate.es_query_cxt);
  PartitionTupleRouting* fresh =
      ExecSetupPartitionTupleRouting(&estate, node.rootResultRelInfo->ri_RelationDesc);
  MemoryContextSwitchTo(caller);
  return fresh;
}

void RetiredRouting::close() {
  for (const Item* item = items_; item != nullptr; item = item->next) {
    if (item->node != nullptr) {
      ExecCleanupTupleRouting(item->node, item->routing);
    } else {
      DestroyPartitionDirectory(item->directory);
    }
  }
  items_ = nullptr;
}

}  // namespace varve::dml
