// The node that jumps from one distinct value to the next. All of it is C: nothing here throws or
// has a destructor.
//
// Two scans of the index: `seek` finds the next value of the prefix, `rows` goes through the rows
// of one, in the other direction perhaps, and from where conditions on further columns let it
// begin. Where the entry that `seek` finds is the first row as well, it goes on itself.
#include "extension/planner/skip_scan.h"

#include <algorithm>

#include "extension/columnar/index_fetch.h"
#include "extension/planner/skip_state.h"

#include "extension/pg/custom_scan.h"
extern "C" {
#include <access/genam.h>
#include <access/tableam.h>
#include <executor/executor.h>
#include <miscadmin.h>
#include <nodes/nodeFuncs.h>
#include <utils/datum.h>
#include <utils/lsyscache.h>
#include <utils/memutils.h>
#include <utils/rel.h>
}

namespace varve::planner {
namespace {

/// The values of the prefix in the scan's slot, for the conditions on them.
void show_prefix(SkipScan& scan) {
  TupleTableSlot* slot = scan.css.ss.ss_ScanTupleSlot;
  ExecClearTuple(slot);
  std::fill_n(slot->tts_isnull, slot->tts_tupleDescriptor->natts, true);
  for (int i = 0; i < scan.prefix_count; ++i) {
    const int attribute = scan.prefix[i].attribute - 1;
    slot->tts_values[attribute] = scan.prefix[i].value;
    slot->tts_isnull[attribute] = scan.columns[i].current_is_null;
  }
  ExecStoreVirtualTuple(slot);
}

bool passes(SkipScan& scan, ExprState* filter) {
  ExprContext* context = scan.css.ss.ps.ps_ExprContext;
  ResetExprContext(context);
  context->ecxt_scantuple = scan.css.ss.ss_ScanTupleSlot;
  return ExecQual(filter, context);
}

/// Turns to the next value that its own conditions let pass; false at the end.
bool enter_value(SkipScan& scan) {
  do {
    if (scan.has_ended || !seek_next_value(scan)) return false;
    show_prefix(scan);
  } while (!passes(scan, scan.prefix_filter));
  scan.in_value = true;
  scan.at_first_row = true;
  if (scan.rows != nullptr) seek_rows(scan);
  return true;
}

/// The next row of the current value that the snapshot sees, in `row`.
bool fetch_row(SkipScan& scan) {
  if (scan.rows != nullptr) {
    return index_getnext_slot(scan.rows, scan.rows_direction, scan.row);
  }
  if (scan.at_first_row) {
    scan.at_first_row = false;
    if (index_fetch_heap(scan.seek, scan.row)) return true;
  }
  while (index_getnext_tid(scan.seek, scan.seek_direction) != nullptr) {
    CHECK_FOR_INTERRUPTS();
    if (!has_current_values(scan)) return false;
    if (index_fetch_heap(scan.seek, scan.row)) return true;
  }
  return false;
}

/// The row in the slot of the scan, which is of the kind that the conditions were compiled for.
void show_row(SkipScan& scan) {
  TupleTableSlot* slot = scan.css.ss.ss_ScanTupleSlot;
  const int columns = slot->tts_tupleDescriptor->natts;
  slot_getallattrs(scan.row);
  ExecClearTuple(slot);
  std::copy_n(scan.row->tts_values, columns, slot->tts_values);
  std::copy_n(scan.row->tts_isnull, columns, slot->tts_isnull);
  ExecStoreVirtualTuple(slot);
  slot->tts_tid = scan.row->tts_tid;
  slot->tts_tableOid = scan.row->tts_tableOid;
}

/// Computes the values of the conditions; false where one is NULL, which no row passes.
bool compute_keys(SkipScan& scan) {
  ExprContext* context = scan.css.ss.ps.ps_ExprContext;
  MemoryContextReset(scan.key_values);
  MemoryContext caller = MemoryContextSwitchTo(scan.key_values);
  bool all = true;
  for (int i = 0; i < scan.key_count && all; ++i) {
    SkipKey& key = scan.keys[i];
    bool is_null;
    const Datum value = ExecEvalExprSwitchContext(key.expression, context, &is_null);
    int16 length;
    bool by_value;
    get_typlenbyval(exprType(reinterpret_cast<Node*>(key.expression->expr)), &length, &by_value);
    if (!is_null) key.value = datumCopy(value, by_value, length);
    all = !is_null;
  }
  MemoryContextSwitchTo(caller);
  return all;
}

void open_scans(SkipScan& scan) {
  EState* estate = scan.css.ss.ps.state;
  Relation table = scan.css.ss.ss_currentRelation;
  const int most_keys = 2 * INDEX_MAX_KEYS;
  scan.seek = index_beginscan(table, scan.index, estate->es_snapshot, most_keys, 0);
  scan.seek->xs_want_itup = true;
  columnar::give_rows(scan.seek);
  bool single_pass = scan.seek_direction == scan.rows_direction;
  for (int i = 0; i < scan.key_count; ++i) {
    single_pass = single_pass && scan.keys[i].column <= scan.prefix_count;
  }
  if (!single_pass) {
    scan.rows = index_beginscan(table, scan.index, estate->es_snapshot, most_keys, 0);
  }
}

void start(SkipScan& scan) {
  if (scan.seek == nullptr) open_scans(scan);
  scan.has_begun = true;
  scan.has_ended = !compute_keys(scan);
  scan.in_value = false;
  scan.cursor.restart();
}

TupleTableSlot* next_row(ScanState* state) {
  auto& scan = *reinterpret_cast<SkipScan*>(state);
  if (!scan.has_begun) start(scan);
  for (;;) {
    if (!scan.in_value && !enter_value(scan)) {
      return ExecClearTuple(scan.css.ss.ss_ScanTupleSlot);
    }
    while (fetch_row(scan)) {
      CHECK_FOR_INTERRUPTS();
      show_row(scan);
      if (passes(scan, scan.filter)) {
        scan.in_value = false;
        return scan.css.ss.ss_ScanTupleSlot;
      }
      InstrCountFiltered1(state, 1);
    }
    scan.in_value = false;
  }
}

bool recheck(ScanState* state, TupleTableSlot* slot) {
  auto& scan = *reinterpret_cast<SkipScan*>(state);
  ExprContext* context = state->ps.ps_ExprContext;
  context->ecxt_scantuple = slot;
  return ExecQual(scan.filter, context);
}

TupleTableSlot* execute(CustomScanState* state) { return ExecScan(&state->ss, next_row, recheck); }

void begin(CustomScanState* state, EState* estate, int flags) {
  SkipScan& scan = scan_of(state);
  const auto& plan = *castNode(CustomScan, state->ss.ps.plan);
  read_plan(scan, plan, flags);
  // ExecScan() would test conditions without telling us, and go on to another value.
  scan.filter = state->ss.ps.qual;
  state->ss.ps.qual = nullptr;
  scan.prefix_filter = ExecInitQual(static_cast<List*>(linitial(plan.custom_exprs)), &state->ss.ps);
  if ((flags & EXEC_FLAG_EXPLAIN_ONLY) != 0) return;
  scan.row =
      ExecAllocTableSlot(&estate->es_tupleTable, RelationGetDescr(state->ss.ss_currentRelation),
                         table_slot_callbacks(state->ss.ss_currentRelation));
  for (MemoryContext& context : scan.values) {
    context = AllocSetContextCreate(CurrentMemoryContext, "varve skip scan", ALLOCSET_SMALL_SIZES);
  }
  scan.key_values =
      AllocSetContextCreate(CurrentMemoryContext, "varve skip scan keys", ALLOCSET_SMALL_SIZES);
}

void end(CustomScanState* state) {
  SkipScan& scan = scan_of(state);
  if (scan.rows != nullptr) index_endscan(scan.rows);
  if (scan.seek != nullptr) index_endscan(scan.seek);
  if (scan.index != nullptr) index_close(scan.index, NoLock);
}

void rescan(CustomScanState* state) {
  scan_of(state).has_begun = false;
  ExecScanReScan(&state->ss);
}

constexpr CustomExecMethods kMethods = pg::methods_of({.name = "SkipScan",
                                                       .begin = begin,
                                                       .execute = execute,
                                                       .end = end,
                                                       .rescan = rescan,
                                                       .explain = explain_skip_scan});

}  // namespace

const CustomScanMethods kSkipScan = {.CustomName = "SkipScan",
                                     .CreateCustomScanState = pg::create_state<SkipScan, kMethods>};

void define_skip_scan() { RegisterCustomScanMethods(&kSkipScan); }

}  // namespace varve::planner
