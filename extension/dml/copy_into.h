#pragma once

#include <cstdint>

#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/slice.h"
#include "extension/continuous_aggregate/changes.h"
#include "extension/dml/copy_buffers.h"
#include "extension/dml/retired_routing.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/heapam.h>
#include <commands/copyfrom_internal.h>
#include <nodes/execnodes.h>
#include <utils/rel.h>
}

namespace varve::dml {

/// One COPY FROM between its first row and its last: PostgreSQL's CopyFrom() for a hypertable. C in
/// the sense of boundary.h: what it holds goes with the transaction where run() does not return.
class CopyInto {
 public:
  CopyInto(CopyFromState source, Relation parent, const catalog::Hypertable& hypertable);

  /// Everything, from statement triggers to statement triggers. Returns the number of rows.
  std::uint64_t run();

 private:
  void begin();
  void copy_rows();
  bool read_row();
  bool is_wanted();
  std::int64_t coordinate() const;
  void find_target();
  void enter_slice(std::int64_t time);
  void replace_routing();
  void enter_chunk();
  TupleTableSlot& row_of_chunk();
  void insert(TupleTableSlot& row);
  void insert_now(TupleTableSlot& row);
  void end();

  CopyFromState source_;
  Relation parent_;
  catalog::Hypertable hypertable_;
  AttrNumber column_;  // of the primary dimension
  Oid type_;           // its base type

  EState* estate_;
  ModifyTableState* node_;
  ResultRelInfo* root_;
  CommandId command_;  // of every row, whatever triggers and new chunks use up meanwhile
  PartitionTupleRouting* routing_ = nullptr;
  RetiredRouting retired_;
  TupleTableSlot* row_ = nullptr;  // as the parent has it

  continuous_aggregate::Changes* changes_ = nullptr;  // null where the table has no aggregates
  CopyBuffers* buffers_ = nullptr;                    // null where rows must not wait
  BulkInsertState bulk_ = nullptr;                    // for rows that do not wait

  // The chunk of the last row, where the next one mostly belongs too.
  chunk::Slice slice_ = {0, 0};
  ResultRelInfo* target_ = nullptr;
  bool has_before_triggers_ = false;
  bool waits_ = false;
  bool may_make_early_ = true;  // until a chunk was missing

  std::int64_t rows_ = 0;
  std::int64_t excluded_ = 0;
};

}  // namespace varve::dml
