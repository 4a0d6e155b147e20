// The node that jumps from one distinct value to the next. All of it is C: nothing here throws or
// has a destructor.
//
// Two scans of the index: `seek` finds the next value of the prefix, `rows` goes through the rows
// of one, in the other direction perhaps, and from where conditions on further columns let it
// begin. Where the entry that `seek` finds is the first row as well, it goes on itself.
#include "extension/planner/skip_scan.h"

#include <algorithm>
#include <span>

#include "extension/columnar/index_fetch.h"
#include "extension/planner/skip_cursor.h"

#include "extension/pg/custom_scan.h"
#include "extension/pg/postgres.h"
extern "C" {
#include <access/genam.h>
#include <access/relscan.h>
#include <access/skey.h>
#include <access/stratnum.h>
#include <access/tableam.h>
#include <commands/explain.h>
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

/// A column of the prefix; its current value and the operators that search from there.
struct Prefix {
  AttrNumber attribute;  // of the table
  Oid collation;
  FmgrInfo equal;
  RegProcedure beyond;
  StrategyNumber beyond_strategy;
  bool by_value;
  int16 length;
  Datum value;
};

/// A condition of the query, column operator value.
struct Key {
  int column;  // of the index, from 1
  StrategyNumber strategy;
  RegProcedure procedure;
  Oid type;  // of the value
  ExprState* expression;
  Datum value;
};

struct SkipScan {
  CustomScanState css;
  Relation index;
  IndexScanDesc seek;
  IndexScanDesc rows;  // null: single pass
  ScanDirection seek_direction;
  ScanDirection rows_direction;
  ExprState* filter;         // all conditions
  ExprState* prefix_filter;  // those on the prefix alone
  TupleTableSlot* row;       // as the table stores it

  int prefix_count;
  Prefix* prefix;
  SkipColumn* columns;  // what the cursor wants to know of the prefix
  SkipCursor cursor;
  int key_count;
  Key* keys;

  bool has_begun;     // the values of the keys are known
  bool has_ended;     // nothing can follow
  bool in_value;      // rows of the current value are being read
  bool at_first_row;  // single pass: the entry that was found is still to be read
  // Keys of a scan point to the values of before while it goes on: two generations of them.
  MemoryContext values[2];
  int generation;
  MemoryContext key_values;
  int64 searches;  // for EXPLAIN
};

SkipScan& scan_of(CustomScanState* state) { return *reinterpret_cast<SkipScan*>(state); }

ScanKeyData comparison_key(int column, StrategyNumber strategy, Oid type, Oid collation,
                           RegProcedure procedure, Datum value) {
  ScanKeyData key;
  ScanKeyEntryInitialize(&key, 0, static_cast<AttrNumber>(column), strategy, type, collation,
                         procedure, value);
  return key;
}

ScanKeyData null_key(int column, int flag) {
  ScanKeyData key;
  ScanKeyEntryInitialize(&key, SK_ISNULL | flag, static_cast<AttrNumber>(column), InvalidStrategy,
                         InvalidOid, InvalidOid, InvalidOid, 0);
  return key;
}

/// Adds the key that `condition` means for a column of the prefix, none for any value.
void add_prefix_key(const SkipScan& scan, int i, SkipCondition condition, ScanKey keys,
                    int* count) {
  const Prefix& column = scan.prefix[i];
  const bool is_null = scan.columns[i].current_is_null;
  if (condition == SkipCondition::kEqual && is_null) condition = SkipCondition::kNull;
  switch (condition) {
    case SkipCondition::kAny: return;
    case SkipCondition::kNull: keys[(*count)++] = null_key(i + 1, SK_SEARCHNULL); return;
    case SkipCondition::kNotNull: keys[(*count)++] = null_key(i + 1, SK_SEARCHNOTNULL); return;
    case SkipCondition::kEqual:
      keys[(*count)++] = comparison_key(i + 1, BTEqualStrategyNumber, InvalidOid, column.collation,
                                        column.equal.fn_oid, column.value);
      return;
    case SkipCondition::kBeyond:
      keys[(*count)++] = comparison_key(i + 1, column.beyond_strategy, InvalidOid, column.collation,
                                        column.beyond, column.value);
      return;
  }
}

/// Starts `target` again: the prefix as `condition_of(i)` says, and the conditions of the query on
/// its columns or on all. Keys come in the order of columns, as b-trees want them.
template <class ConditionOf>
void restart_scan(const SkipScan& scan, IndexScanDesc target, int column_count,
                  ConditionOf condition_of) {
  ScanKeyData keys[2 * INDEX_MAX_KEYS];
  int count = 0;
  int next = 0;
  for (int column = 1; column <= column_count; ++column) {
    const bool is_bound = column <= scan.prefix_count && scan.columns[column - 1].is_bound;
    if (column <= scan.prefix_count && !is_bound) {
      add_prefix_key(scan, column - 1, condition_of(column - 1), keys, &count);
    }
    for (; next < scan.key_count && scan.keys[next].column == column; ++next) {
      if (count == 2 * INDEX_MAX_KEYS) continue;  // every condition is tested again anyway
      const Key& key = scan.keys[next];
      keys[count++] =
          comparison_key(column, key.strategy, key.type, scan.index->rd_indcollation[column - 1],
                         key.procedure, key.value);
    }
  }
  target->numberOfKeys = count;  // at most what the scan was made for
  index_rescan(target, keys, count, nullptr, 0);
}

/// Keeps the values of the prefix that the entry under `seek` has.
void remember_values(SkipScan& scan) {
  scan.generation = 1 - scan.generation;
  MemoryContextReset(scan.values[scan.generation]);
  MemoryContext caller = MemoryContextSwitchTo(scan.values[scan.generation]);
  for (int i = 0; i < scan.prefix_count; ++i) {
    Prefix& column = scan.prefix[i];
    bool* is_null = &scan.columns[i].current_is_null;
    const Datum value = index_getattr(scan.seek->xs_itup, i + 1, scan.seek->xs_itupdesc, is_null);
    column.value = *is_null ? 0 : datumCopy(value, column.by_value, column.length);
  }
  MemoryContextSwitchTo(caller);
}

/// Whether the entry under `seek` still has the current values.
bool has_current_values(const SkipScan& scan) {
  for (int i = 0; i < scan.prefix_count; ++i) {
    Prefix& column = scan.prefix[i];
    bool is_null;
    const Datum value = index_getattr(scan.seek->xs_itup, i + 1, scan.seek->xs_itupdesc, &is_null);
    if (is_null != scan.columns[i].current_is_null) return false;
    if (!is_null &&
        !DatumGetBool(FunctionCall2Coll(&column.equal, column.collation, value, column.value))) {
      return false;
    }
  }
  return true;
}

/// Finds the next value of the prefix; false where there is none.
bool seek_next_value(SkipScan& scan) {
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    restart_scan(scan, scan.seek, scan.prefix_count,
                 [&](int i) { return scan.cursor.condition(i); });
    ++scan.searches;
    if (index_getnext_tid(scan.seek, scan.seek_direction) != nullptr) break;
    if (!scan.cursor.missed()) return false;
  }
  remember_values(scan);
  scan.has_ended = !scan.cursor.found();
  return true;
}

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
  if (scan.rows != nullptr) {
    restart_scan(scan, scan.rows, IndexRelationGetNumberOfKeyAttributes(scan.index),
                 [](int) { return SkipCondition::kEqual; });
    ++scan.searches;
  }
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
    Key& key = scan.keys[i];
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

/// What the index says of a column of the prefix; `bound`: a key asks it to be equal to a value.
void describe_column(SkipScan& scan, int i, AttrNumber attribute, bool backward) {
  Relation index = scan.index;
  const int16 options = index->rd_indoption[i];
  const Oid family = index->rd_opfamily[i];
  const Oid type = index->rd_opcintype[i];
  const bool ascends = ((options & INDOPTION_DESC) != 0) == backward;
  Prefix& column = scan.prefix[i];
  column.attribute = attribute;
  column.collation = index->rd_indcollation[i];
  column.beyond_strategy = ascends ? BTGreaterStrategyNumber : BTLessStrategyNumber;
  const auto procedure = [&](StrategyNumber strategy) {
    return get_opcode(get_opfamily_member(family, type, type, static_cast<int16>(strategy)));
  };
  fmgr_info(procedure(BTEqualStrategyNumber), &column.equal);
  column.beyond = procedure(column.beyond_strategy);
  Form_pg_attribute stored = TupleDescAttr(RelationGetDescr(index), i);
  column.by_value = stored->attbyval;
  column.length = stored->attlen;
  Form_pg_attribute own =
      TupleDescAttr(RelationGetDescr(scan.css.ss.ss_currentRelation), attribute - 1);
  bool is_bound = false;
  for (int k = 0; k < scan.key_count; ++k) {
    is_bound = is_bound ||
               (scan.keys[k].column == i + 1 && scan.keys[k].strategy == BTEqualStrategyNumber);
  }
  scan.columns[i] = {((options & INDOPTION_NULLS_FIRST) != 0) != backward, !own->attnotnull,
                     is_bound, false};
}

void describe_key(Key* key, int column, int strategy, Oid operation, ExprState* expression) {
  Oid left;
  Oid right;
  op_input_types(operation, &left, &right);
  *key = {column, static_cast<StrategyNumber>(strategy), get_opcode(operation), right, expression,
          0};
}

template <class Item>
Item* allocate(int count) {
  return static_cast<Item*>(palloc0(sizeof(Item) * static_cast<Size>(std::max(count, 1))));
}

void read_plan(SkipScan& scan, const CustomScan& plan, int flags) {
  auto* numbers = static_cast<List*>(linitial(plan.custom_private));
  auto* operators = static_cast<List*>(lsecond(plan.custom_private));
  auto* attributes = static_cast<List*>(lthird(plan.custom_private));
  List* values = ExecInitExprList(static_cast<List*>(lsecond(plan.custom_exprs)), &scan.css.ss.ps);
  const bool seek_backward = list_nth_int(numbers, kSkipPrefixBackward) != 0;
  scan.seek_direction = seek_backward ? BackwardScanDirection : ForwardScanDirection;
  scan.rows_direction =
      list_nth_int(numbers, kSkipRestBackward) != 0 ? BackwardScanDirection : ForwardScanDirection;
  const auto index = static_cast<Oid>(list_nth_int(numbers, kSkipIndex));
  scan.prefix_count = list_nth_int(numbers, kSkipPrefix);
  scan.key_count = list_length(operators);
  scan.keys = allocate<Key>(scan.key_count);
  for (int i = 0; i < scan.key_count; ++i) {
    describe_key(&scan.keys[i], list_nth_int(numbers, kSkipKeys + 2 * i),
                 list_nth_int(numbers, kSkipKeys + 2 * i + 1), list_nth_oid(operators, i),
                 static_cast<ExprState*>(list_nth(values, i)));
  }
  if ((flags & EXEC_FLAG_EXPLAIN_ONLY) != 0) return;
  scan.index = index_open(index, AccessShareLock);
  scan.prefix = allocate<Prefix>(scan.prefix_count);
  scan.columns = allocate<SkipColumn>(scan.prefix_count);
  for (int i = 0; i < scan.prefix_count; ++i) {
    describe_column(scan, i, static_cast<AttrNumber>(list_nth_int(attributes, i)), seek_backward);
  }
  scan.cursor = SkipCursor(std::span(scan.columns, static_cast<std::size_t>(scan.prefix_count)));
}

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

void explain(CustomScanState* state, List*, ExplainState* out) {
  const auto& plan = *castNode(CustomScan, state->ss.ps.plan);
  auto* numbers = static_cast<List*>(linitial(plan.custom_private));
  const Oid index = static_cast<Oid>(list_nth_int(numbers, kSkipIndex));
  ExplainPropertyText("Index", get_rel_name(index), out);
  List* names = NIL;
  ListCell* cell;
  foreach (cell, static_cast<List*>(lthird(plan.custom_private))) {
    names = lappend(names, get_attname(RelationGetRelid(state->ss.ss_currentRelation),
                                       static_cast<AttrNumber>(lfirst_int(cell)), false));
  }
  ExplainPropertyList("Distinct", names, out);
  if (list_nth_int(numbers, kSkipPrefixBackward) != list_nth_int(numbers, kSkipRestBackward)) {
    ExplainPropertyText("Row", "last of each", out);
  }
  if (out->analyze) ExplainPropertyInteger("Searches", nullptr, scan_of(state).searches, out);
}

constexpr CustomExecMethods kMethods = pg::methods_of({.name = "SkipScan",
                                                       .begin = begin,
                                                       .execute = execute,
                                                       .end = end,
                                                       .rescan = rescan,
                                                       .explain = explain});

}  // namespace

const CustomScanMethods kSkipScan = {.CustomName = "SkipScan",
                                     .CreateCustomScanState = pg::create_state<SkipScan, kMethods>};

void define_skip_scan() { RegisterCustomScanMethods(&kSkipScan); }

}  // namespace varve::planner
