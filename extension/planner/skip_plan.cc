// What a plan says to SkipScan, and SkipScan to EXPLAIN.
#include <algorithm>
#include <span>

#include "extension/planner/skip_scan.h"
#include "extension/planner/skip_state.h"

extern "C" {
#include <access/genam.h>
#include <catalog/pg_index.h>
#include <executor/executor.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::planner {
namespace {

/// What the index says of a column of the prefix; `bound`: a key asks it to be equal to a value.
void describe_column(SkipScan& scan, int i, AttrNumber attribute, bool backward) {
  Relation index = scan.index;
  const int16 options = index->rd_indoption[i];
  const Oid family = index->rd_opfamily[i];
  const Oid type = index->rd_opcintype[i];
  const bool ascends = ((options & INDOPTION_DESC) != 0) == backward;
  SkipPrefix& column = scan.prefix[i];
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

void describe_key(SkipKey* key, int column, int strategy, Oid operation, ExprState* expression) {
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

}  // namespace

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
  scan.keys = allocate<SkipKey>(scan.key_count);
  for (int i = 0; i < scan.key_count; ++i) {
    describe_key(&scan.keys[i], list_nth_int(numbers, kSkipKeys + 2 * i),
                 list_nth_int(numbers, kSkipKeys + 2 * i + 1), list_nth_oid(operators, i),
                 static_cast<ExprState*>(list_nth(values, i)));
  }
  if ((flags & EXEC_FLAG_EXPLAIN_ONLY) != 0) return;
  scan.index = index_open(index, AccessShareLock);
  scan.prefix = allocate<SkipPrefix>(scan.prefix_count);
  scan.columns = allocate<SkipColumn>(scan.prefix_count);
  for (int i = 0; i < scan.prefix_count; ++i) {
    describe_column(scan, i, static_cast<AttrNumber>(list_nth_int(attributes, i)), seek_backward);
  }
  scan.cursor = SkipCursor(std::span(scan.columns, static_cast<std::size_t>(scan.prefix_count)));
}

void explain_skip_scan(CustomScanState* state, List*, ExplainState* out) {
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

}  // namespace varve::planner
