#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/execPartition.h>
#include <nodes/execnodes.h>
}

namespace varve::dml {

/// What a statement routed with before a new chunk made it route with something newer. It stays
/// open until the statement ends: queued AFTER triggers, pending batches and run-time pruning point
/// into it. C in the sense of boundary.h; plain data, in the statement's memory.
class RetiredRouting {
 public:
  /// Takes the directory out of `estate`, which then makes a new one when asked.
  void take_directory(EState& estate);

  /// Replaces the routing of `node` by a new one, made from the directory of now.
  PartitionTupleRouting* replace(ModifyTableState& node, PartitionTupleRouting* routing);

  /// Closes everything. Before the statement closes its own relations.
  void close();

 private:
  struct Item {
    ModifyTableState* node;          // null: a directory
    PartitionTupleRouting* routing;  // of `node`
    PartitionDirectory directory;
    Item* next;
  };
  void add(EState& estate, ModifyTableState* node, PartitionTupleRouting* routing,
           PartitionDirectory directory);

  Item* items_ = nullptr;
};

}  // namespace varve::dml
