#include "extension/vectorized/heap_reader.h"

#include <algorithm>

#include "extension/vectorized/step_function.h"

extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/tableam.h>
#include <executor/executor.h>
#include <miscadmin.h>
#include <pgstat.h>
#include <storage/bufmgr.h>
#include <utils/rel.h>
}

namespace varve::vectorized {
namespace {

const Node* target_of(const PlanState* node, int target) {
  return reinterpret_cast<const Node*>(
      list_nth_node(TargetEntry, node->plan->targetlist, target)->expr);
}

const Var* column_in(const Node* target) {
  return IsA(target, Var) ? reinterpret_cast<const Var*>(target) : column_of_call(target);
}

}  // namespace

bool HeapReader::can_read(const PlanState* node, std::span<const UsedTarget> used) {
  if (!IsA(node, SeqScanState) || node->state->es_epq_active != nullptr) return false;
  Relation table = reinterpret_cast<const SeqScanState*>(node)->ss.ss_currentRelation;
  if (table->rd_tableam != GetHeapamTableAmRoutine()) return false;
  return std::all_of(used.begin(), used.end(), [&](const UsedTarget& target) {
    const Var* column = column_in(target_of(node, target.target));
    return column != nullptr && column->varattno > 0;
  });
}

void HeapReader::begin(SeqScanState& node, std::span<const UsedTarget> used) {
  *this = {};
  node_ = &node;
  used_ = used;
  Relation table = node.ss.ss_currentRelation;
  filter_.begin(node.ss.ps, node.ss.ps.plan->qual, table);
  by_rows_ = filter_.rest() != NIL;
  slot_ = node.ss.ss_ScanTupleSlot;
  find_columns(used);
  open();
}

void HeapReader::find_columns(std::span<const UsedTarget> used) {
  TupleDesc descriptor = RelationGetDescr(node_->ss.ss_currentRelation);
  batch_.begin(static_cast<int>(used.size()) + filter_.condition_count());
  attributes_ =
      static_cast<AttrNumber*>(palloc0(sizeof(AttrNumber) * (batch_.column_count() + 1U)));
  int count = 0;
  const auto column_of = [&](AttrNumber attribute, bool is_counted) {
    const AttrNumber* end = attributes_ + count;
    const auto at =
        static_cast<int>(std::find(attributes_, attributes_ + count, attribute) - attributes_);
    BatchColumn& column = batch_.column(at);
    if (attributes_ + at == end) {
      const FormData_pg_attribute& type = *TupleDescAttr(descriptor, attribute - 1);
      column = {type.attlen, type.attbyval, is_counted, nullptr, nullptr};
      attributes_[count++] = attribute;
      last_attribute_ = std::max<int>(last_attribute_, attribute);
    }
    column.is_counted = column.is_counted && is_counted;
    return at;
  };
  target_columns_ = static_cast<int*>(palloc(sizeof(int) * (used.size() + 1)));
  steps_ = static_cast<Step*>(palloc0(sizeof(Step) * (used.size() + 1)));
  TupleTableSlot* slot = nullptr;
  for (std::size_t i = 0; i < used.size(); ++i) {
    const Node* target = target_of(&node_->ss.ps, used[i].target);
    const AttrNumber attribute = column_in(target)->varattno;
    target_columns_[i] = column_of(attribute, used[i].is_counted);
    if (IsA(target, Var)) continue;
    if (slot == nullptr) {
      // Of a copy, which nobody counts references to: all of it goes with its memory.
      slot = MakeTupleTableSlot(CreateTupleDescCopy(descriptor), &TTSOpsVirtual);
    }
    // No node is its parent, so that it takes its column from any kind of slot.
    auto* expression = reinterpret_cast<Expr*>(const_cast<Node*>(target));
    steps_[i] = {ExecInitExpr(expression, nullptr), node_->ss.ps.ps_ExprContext, slot, attribute,
                 width_of_step(target)};
  }
  for (int i = 0; i < (by_rows_ ? 0 : filter_.condition_count()); ++i) {
    column_of(filter_.condition(i).column.attribute, false);
  }
  batch_.limit_columns(count);
  batch_.make_room();
  tuples_.begin(descriptor, &batch_, attributes_);
}

void HeapReader::open() {
  if (node_->ss.ss_currentScanDesc == nullptr) {
    // As ExecSeqScan() does when it is asked for its first row; the node ends it.
    EState* estate = node_->ss.ps.state;
    const MemoryContext before = MemoryContextSwitchTo(estate->es_query_cxt);
    node_->ss.ss_currentScanDesc =
        table_beginscan(node_->ss.ss_currentRelation, estate->es_snapshot, 0, nullptr);
    MemoryContextSwitchTo(before);
  }
  scan_ = node_->ss.ss_currentScanDesc;
  if ((scan_->rs_flags & SO_ALLOW_PAGEMODE) == 0) by_rows_ = true;
}

std::span<const std::uint16_t> HeapReader::next() {
  // Behind its last row a scan would begin again.
  while (!is_at_end_) {
    batch_.clear();
    is_at_end_ = !(by_rows_ ? add_rows() : add_pages());
    if (by_rows_) {
      selection_.count = batch_.rows();
      for (std::uint32_t i = 0; i < batch_.rows(); ++i) {
        selection_.rows[i] = static_cast<std::uint16_t>(i);
      }
    } else {
      filter_.select_rows(batch_.rows(), &selection_, [&](AttrNumber attribute) {
        const auto at = std::find(attributes_, attributes_ + batch_.column_count(), attribute);
        const BatchColumn& column = batch_.column(static_cast<int>(at - attributes_));
        return columnstore::Vector{batch_.rows(), column.values, column.nulls};
      });
      InstrCountFiltered1(&node_->ss.ps, batch_.rows() - selection_.count);
    }
    if (selection_.count > 0) return {selection_.rows, selection_.count};
  }
  return {};
}

/// False where there are no more.
bool HeapReader::add_pages() {
  while (batch_.has_room(MaxHeapTuplesPerPage)) {
    CHECK_FOR_INTERRUPTS();
    if (!table_scan_getnextslot(scan_, ForwardScanDirection, slot_)) return false;
    add_page();
  }
  return true;
}

/// The rows of the page where the scan has come to, which heapgetpage() has listed: its first one
/// has been given just now, and the scan is left at its last.
void HeapReader::add_page() {
  auto& heap = *reinterpret_cast<HeapScanDesc>(scan_);
  Page page = BufferGetPage(heap.rs_cbuf);
  const auto first = static_cast<int>(heap.rs_cindex);
  const auto count = static_cast<int>(heap.rs_ntuples);
  HeapTupleHeader tuples[MaxHeapTuplesPerPage];
  for (int i = first; i < count; ++i) {
    ItemId item = PageGetItemId(page, heap.rs_vistuples[i]);
    tuples[i - first] = reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item));
  }
  tuples_.add({tuples, static_cast<std::size_t>(count - first)});
  heap.rs_cindex = count - 1;
  // There is none that counts many of heap; the first one has been counted.
  pgstat_count_index_tuples(heap.rs_base.rs_rd, count - first - 1);
}

bool HeapReader::add_rows() {
  ExprContext* context = node_->ss.ps.ps_ExprContext;
  while (batch_.has_room(1)) {
    CHECK_FOR_INTERRUPTS();
    if (!table_scan_getnextslot(scan_, ForwardScanDirection, slot_)) return false;
    ResetExprContext(context);
    context->ecxt_scantuple = slot_;
    if (ExecQual(node_->ss.ps.qual, context)) {
      add_slot();
    } else {
      InstrCountFiltered1(&node_->ss.ps, 1);
    }
  }
  return true;
}

void HeapReader::add_slot() {
  slot_getsomeattrs(slot_, last_attribute_);
  for (int i = 0; i < batch_.column_count(); ++i) {
    const int at = attributes_[i] - 1;
    if (slot_->tts_isnull[at]) {
      batch_.set_null(i, batch_.rows());
    } else {
      batch_.set(i, batch_.rows(), slot_->tts_values[at]);
    }
  }
  batch_.add_rows(1);
}

void HeapReader::give_columns(TargetColumn* columns) const {
  for (std::size_t i = 0; i < used_.size(); ++i) {
    const BatchColumn& column = batch_.column(target_columns_[i]);
    const Step* step = steps_[i].expression != nullptr ? &steps_[i] : nullptr;
    columns[used_[i].target] = {column.values, column.nulls, step};
  }
}

void HeapReader::end() { ExecClearTuple(slot_); }

}  // namespace varve::vectorized
