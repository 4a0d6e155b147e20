#pragma once

#include "extension/pg/freeze.h"
#include "extension/pg/postgres.h"
extern "C" {
#include <access/rewriteheap.h>
#include <executor/tuptable.h>
#include <utils/rel.h>
}

namespace varve::columnstore {

/// Writes row versions into the new heap of a chunk, with the transactions that made and deleted
/// them. C API.
class VersionWriter {
 public:
  VersionWriter(Relation chunk, Relation target, const pg::FreezeLimits& limits);
  /// A version of the chunk's heap part, in a slot of a heap tuple in a buffer.
  void copy(TupleTableSlot* slot);
  /// One of the chunk's heap part that nobody sees, which updates of others may point to.
  void skip(TupleTableSlot* slot);
  /// A row that has always been there; deleted by a transaction, if that is valid.
  void add(TupleTableSlot* slot, TransactionId deleter);
  void finish();

 private:
  TupleDesc columns_;
  RewriteState state_;
  MemoryContext row_;  // reset for each
};

}  // namespace varve::columnstore
