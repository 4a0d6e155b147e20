#pragma once

#include "extension/dml/open_queries.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/execPartition.h>
#include <nodes/execnodes.h>
#include <utils/relcache.h>
}

namespace varve::dml {

/// What a statement routed with before a new chunk made it route with something newer. Routing
/// stays open until the statement ends: queued AFTER triggers and pending batches point into it; so
/// does the first directory, into which run-time pruning points. Later directories are used by
/// routing alone, and go with it, as do the partition descriptors in them: a statement that makes N
/// chunks would hold N descriptors of up to N chunks otherwise. C in the sense of boundary.h; plain
/// data, in the statement's memory.
class RetiredRouting {
 public:
  /// Gives `estate` a new directory in place of its own.
  void replace_directory(EState& estate);

  /// Replaces the routing of `node` by a new one, made from the directory of now.
  PartitionTupleRouting* replace(ModifyTableState& node, PartitionTupleRouting* routing);

  /// Closes everything. Before the statement closes its own relations.
  void close();

 private:
  struct Item {
    ModifyTableState* node;
    PartitionTupleRouting* routing;
    Item* next;
  };
  /// A hypertable, whose descriptors younger than the one in `oldest` are of our making.
  struct Target {
    Relation parent;
    MemoryContext oldest;
    int references;  // to `parent`, then
    Target* next;
  };

  bool has_new_holder(const Target& target) const;
  void begin_anew();
  void discard_descriptors(EState& estate, Relation parent);

  Item* items_ = nullptr;
  Target* targets_ = nullptr;
  PartitionDirectory first_ = nullptr;    // the statement began with it
  PartitionDirectory current_ = nullptr;  // that of the estate, if we made it
  MemoryContext memory_ = nullptr;        // of `current_`
  open_queries::Moment since_ = 0;        // everything in `targets_` is as of then
};

}  // namespace varve::dml
