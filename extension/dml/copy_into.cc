#include "extension/dml/copy_into.h"

#include "extension/chunk/coordinate.h"
#include "extension/chunk/partition_descriptor.h"
#include "extension/dml/early_chunk.h"
#include "extension/dml/writable_slice.h"

#include "extension/pg/boundary.h"
#include "extension/pg/executor.h"
extern "C" {
#include <access/heapam.h>
#include <access/tableam.h>
#include <access/xact.h>
#include <commands/progress.h>
#include <commands/trigger.h>
#include <executor/execPartition.h>
#include <executor/nodeModifyTable.h>
#include <miscadmin.h>
#include <optimizer/optimizer.h>
#include <pgstat.h>
#include <utils/lsyscache.h>
#include <utils/partcache.h>
}

namespace varve::dml {
namespace {

/// Rows can wait only where nothing may look whether they are there already.
bool may_wait(const CopyFromStateData& source, const TriggerDesc* triggers) {
  if (triggers != nullptr &&
      (triggers->trig_insert_before_row || triggers->trig_insert_new_table)) {
    return false;
  }
  return !source.volatile_defexprs && !contain_volatile_functions(source.whereClause);
}

}  // namespace

CopyInto::CopyInto(CopyFromState source, Relation parent, const catalog::Hypertable& hypertable)
    : source_(source),
      parent_(parent),
      hypertable_(hypertable),
      column_(RelationGetPartitionKey(parent)->partattrs[0]),
      type_(getBaseType(hypertable.column_type)),
      estate_(CreateExecutorState()),
      node_(makeNode(ModifyTableState)),
      root_(makeNode(ResultRelInfo)),
      command_(GetCurrentCommandId(true)) {}

std::uint64_t CopyInto::run() {
  MemoryContext caller = MemoryContextSwitchTo(estate_->es_query_cxt);
  begin();
  ErrorContextCallback context = {error_context_stack, CopyFromErrorCallback, source_};
  error_context_stack = &context;
  copy_rows();
  error_context_stack = context.previous;
  MemoryContextSwitchTo(caller);
  end();
  return rows_;
}

void CopyInto::begin() {
  ExecInitRangeTable(estate_, source_->range_table);
  ExecInitResultRelation(estate_, root_, 1);
  CheckValidResultRel(root_, CMD_INSERT);
  node_->ps.state = estate_;
  node_->operation = CMD_INSERT;
  node_->mt_nrels = 1;
  node_->resultRelInfo = root_;
  node_->rootResultRelInfo = root_;

  AfterTriggerBeginQuery();
  source_->transition_capture = node_->mt_transition_capture =
      MakeTransitionCaptureState(parent_->trigdesc, RelationGetRelid(parent_), CMD_INSERT);
  chunk::fresh_partition_descriptor(parent_);
  routing_ = ExecSetupPartitionTupleRouting(estate_, parent_);
  if (source_->whereClause != nullptr) {
    source_->qualexpr = ExecInitQual(castNode(List, source_->whereClause), &node_->ps);
  }
  changes_ = pg::entry([&]() -> continuous_aggregate::Changes* {
    const auto* source = continuous_aggregate::find_source(RelationGetRelid(parent_));
    return source != nullptr ? &continuous_aggregate::row_changes_of(*source) : nullptr;
  });
  if (may_wait(*source_, root_->ri_TrigDesc))
    buffers_ = CopyBuffers::make(source_, *estate_, command_);
  row_ = table_slot_create(parent_, &estate_->es_tupleTable);
  bulk_ = GetBulkInsertState();
  ExecBSInsertTriggers(estate_, root_);
}

void CopyInto::copy_rows() {
  while (read_row()) {
    if (!is_wanted()) continue;
    find_target();
    insert(row_of_chunk());
  }
  if (buffers_ != nullptr) buffers_->flush();
}

bool CopyInto::read_row() {
  CHECK_FOR_INTERRUPTS();
  ResetPerTupleExprContext(estate_);
  ExprContext* expressions = GetPerTupleExprContext(estate_);
  MemoryContext caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate_));
  ExecClearTuple(row_);
  const bool found = NextCopyFrom(source_, expressions, row_->tts_values, row_->tts_isnull);
  if (found) {
    ExecStoreVirtualTuple(row_);
    row_->tts_tableOid = RelationGetRelid(parent_);  // conditions may ask for it
  }
  MemoryContextSwitchTo(caller);
  return found;
}

bool CopyInto::is_wanted() {
  if (source_->qualexpr == nullptr) return true;
  ExprContext* expressions = GetPerTupleExprContext(estate_);
  expressions->ecxt_scantuple = row_;
  if (ExecQual(source_->qualexpr, expressions)) return true;
  pgstat_progress_update_param(PROGRESS_COPY_TUPLES_EXCLUDED, ++excluded_);
  return false;
}

std::int64_t CopyInto::coordinate() const {
  return pg::entry([&] {
    if (row_->tts_isnull[column_ - 1]) chunk::throw_null_coordinate(hypertable_);
    return chunk::coordinate_of(row_->tts_values[column_ - 1], type_);
  });
}

void CopyInto::find_target() {
  const std::int64_t time = coordinate();
  if (changes_ != nullptr) pg::entry([&] { changes_->add_inserted(time); });
  const bool in_last_slice = holds(slice_, time);
  // A slice that is divided has a chunk for each share of its rows.
  if (in_last_slice && hypertable_.space_partitions == 0) return;
  if (!in_last_slice) {
    // Building a partition descriptor leaves garbage for every chunk there is.
    MemoryContext caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate_));
    enter_slice(time);
    MemoryContextSwitchTo(caller);
  }
  ResultRelInfo* last = target_;
  target_ = ExecFindPartition(node_, root_, routing_, row_, estate_);
  if (target_ != last) enter_chunk();
}

void CopyInto::enter_slice(std::int64_t time) {
  const Datum value = row_->tts_values[column_ - 1];
  slice_ = pg::entry([&] {
    if (may_make_early_) {
      if (const auto slice = lock_slice_of(*estate_, parent_, value, type_)) return *slice;
      may_make_early_ = false;
      pg::call([&] { make_chunk_early(parent_, time, type_); });
    }
    return writable_slice(*estate_, parent_, hypertable_, value, type_,
                          [&] { pg::call([&] { replace_routing(); }); });
  });
}

void CopyInto::replace_routing() {
  MemoryContext caller = MemoryContextSwitchTo(estate_->es_query_cxt);
  if (buffers_ != nullptr) {
    buffers_->flush();
    buffers_->release();
  }
  retired_.replace_directory(*estate_);
  routing_ = retired_.replace(*node_, routing_);
  MemoryContextSwitchTo(caller);
}

void CopyInto::enter_chunk() {
  has_before_triggers_ =
      target_->ri_TrigDesc != nullptr && target_->ri_TrigDesc->trig_insert_before_row;
  waits_ = buffers_ != nullptr && !has_before_triggers_;
  // A trigger of this chunk alone may look for the rows before.
  if (buffers_ != nullptr && !waits_) buffers_->flush();
  ReleaseBulkInsertStatePin(bulk_);
}

TupleTableSlot& CopyInto::row_of_chunk() {
  // Lets transition tables take the row as it is, where nothing can have changed it.
  if (source_->transition_capture != nullptr) {
    source_->transition_capture->tcs_original_insert_tuple = has_before_triggers_ ? nullptr : row_;
  }
  TupleConversionMap* map = pg::root_to_partition(*target_, *estate_);
  if (!waits_ && map == nullptr) return *row_;
  TupleTableSlot* slot = waits_ ? &buffers_->next_slot(*target_) : target_->ri_PartitionTupleSlot;
  return map != nullptr ? *execute_attr_map_slot(map->attrMap, row_, slot)
                        : *ExecCopySlot(slot, row_);
}

void CopyInto::insert(TupleTableSlot& row) {
  Relation relation = target_->ri_RelationDesc;
  row.tts_tableOid = RelationGetRelid(relation);
  if (has_before_triggers_ && !ExecBRInsertTriggers(estate_, target_, &row)) return;
  if (const TupleConstr* constraints = RelationGetDescr(relation)->constr; constraints != nullptr) {
    if (constraints->has_generated_stored) {
      ExecComputeStoredGenerated(target_, estate_, &row, CMD_INSERT);
    }
    ExecConstraints(target_, &row, estate_);
  }
  // Routing has put the row into the right chunk; only a trigger can have changed that.
  if (has_before_triggers_) ExecPartitionCheck(target_, &row, estate_, true);
  if (waits_) {
    buffers_->store(*target_);
  } else {
    insert_now(row);
  }
  pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, ++rows_);
}

void CopyInto::insert_now(TupleTableSlot& row) {
  table_tuple_insert(target_->ri_RelationDesc, &row, command_, 0, bulk_);
  List* recheck = NIL;
  if (target_->ri_NumIndices > 0) recheck = pg::insert_index_entries(*target_, row, *estate_);
  ExecARInsertTriggers(estate_, target_, &row, recheck, source_->transition_capture);
  list_free(recheck);
}

void CopyInto::end() {
  FreeBulkInsertState(bulk_);
  ExecASInsertTriggers(estate_, root_, source_->transition_capture);
  AfterTriggerEndQuery(estate_);
  ExecResetTupleTable(estate_->es_tupleTable, false);
  if (buffers_ != nullptr) buffers_->release();
  ExecCleanupTupleRouting(node_, routing_);
  retired_.close();
  ExecCloseResultRelations(estate_);
  ExecCloseRangeTableRelations(estate_);
  FreeExecutorState(estate_);
}

}  // namespace varve::dml
