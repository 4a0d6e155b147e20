#include "extension/vectorized/vector_delete.h"

#include "extension/columnar/ghost.h"
#include "extension/columnar/handler.h"
#include "extension/vectorized/scan_node.h"
#include "extension/vectorized/scan_path.h"

extern "C" {
#include <executor/executor.h>
#include <optimizer/clauses.h>
#include <optimizer/optimizer.h>
#include <utils/reltrigger.h>
}

namespace varve::vectorized {
namespace {

/// Whether somebody wants to hear of each row that is deleted.
bool has_row_triggers(const TriggerDesc* triggers) {
  return triggers != nullptr &&
         (triggers->trig_delete_before_row || triggers->trig_delete_after_row ||
          triggers->trig_delete_instead_row || triggers->trig_delete_old_table);
}

bool only_deletes(const ModifyTableState& statement) {
  const auto* plan = reinterpret_cast<const ModifyTable*>(statement.ps.plan);
  return statement.operation == CMD_DELETE && plan->returningLists == NIL &&
         !has_row_triggers(statement.rootResultRelInfo->ri_TrigDesc) &&
         statement.ps.state->es_crosscheck_snapshot == InvalidSnapshot;
}

/// A statement's targets are in the order of its scans, though not all have one.
struct Targets {
  ModifyTableState& statement;
  int next = 0;

  ResultRelInfo* find(Relation chunk) {
    for (int i = 0; i < statement.mt_nrels; ++i) {
      ResultRelInfo& table = statement.resultRelInfo[(next + i) % statement.mt_nrels];
      if (RelationGetRelid(table.ri_RelationDesc) != RelationGetRelid(chunk)) continue;
      next += i + 1;
      return &table;
    }
    return nullptr;
  }
};

bool can_be_deleted_by_vectors(Relation chunk, const TriggerDesc* triggers) {
  return columnar::is_columnar_table(chunk) && !columnar::is_decoded(chunk) &&
         !has_row_triggers(triggers);
}

/// Whether conditions are the same for a row whatever has been deleted before it: a volatile
/// function may see that, and a subquery may call one.
bool look_at_rows_alone(List* qualifiers) {
  auto* node = reinterpret_cast<Node*>(qualifiers);
  return !contain_volatile_functions(node) && !contain_subplans(node);
}

void begin_scan(Targets& targets, PlanState* scan) {
  if (scan == nullptr || !is_columnar_scan(scan)) return;
  const auto* state = reinterpret_cast<const ScanState*>(scan);
  const ResultRelInfo* target = targets.find(state->ss_currentRelation);
  if (target == nullptr) return;
  if (!can_be_deleted_by_vectors(target->ri_RelationDesc, target->ri_TrigDesc)) return;
  if (!look_at_rows_alone(scan->plan->qual)) return;
  delete_by_vectors(scan, targets.statement, target->ri_RelationDesc);
}

}  // namespace

void VectorDelete::begin(ModifyTableState& statement, Relation chunk) {
  statement_ = &statement;
  chunk_ = chunk;
}

std::uint32_t VectorDelete::run(const columnar::VectorDeletion& deletion) {
  EState& estate = *statement_->ps.state;
  if (!headers_.is_open()) {
    const MemoryContext before = MemoryContextSwitchTo(estate.es_query_cxt);
    headers_ = columnar::RowHeaders::open(chunk_, RowExclusiveLock);
    MemoryContextSwitchTo(before);
  }
  const std::uint32_t left =
      columnar::delete_in_vector(chunk_, headers_, deletion, estate.es_output_cid);
  deleted_ += deletion.count - left;
  if (statement_->canSetTag) estate.es_processed += deletion.count - left;
  return left;
}

void VectorDelete::end() { headers_.close(); }

bool may_delete_by_vectors(const Query& query, Relation chunk) {
  if (query.commandType != CMD_DELETE || query.returningList != NIL) return false;
  if (list_length(query.jointree->fromlist) != 1) return false;
  const auto* from = static_cast<const Node*>(linitial(query.jointree->fromlist));
  const bool is_target_alone =
      IsA(from, RangeTblRef) &&
      reinterpret_cast<const RangeTblRef*>(from)->rtindex == query.resultRelation;
  return is_target_alone && can_be_deleted_by_vectors(chunk, chunk->trigdesc);
}

void begin_vector_deletes(QueryDesc& query) {
  PlanState* root = query.planstate;
  if (!is_enabled() || root == nullptr || !IsA(root, ModifyTableState)) return;
  auto& statement = *reinterpret_cast<ModifyTableState*>(root);
  if (!only_deletes(statement)) return;
  Targets targets = {statement};
  PlanState* rows = outerPlanState(root);
  if (rows == nullptr || !IsA(rows, AppendState)) {
    begin_scan(targets, rows);
    return;
  }
  const auto& chunks = *reinterpret_cast<AppendState*>(rows);
  for (int i = 0; i < chunks.as_nplans; ++i) begin_scan(targets, chunks.appendplans[i]);
}

}  // namespace varve::vectorized
