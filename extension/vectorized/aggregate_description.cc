#include "extension/vectorized/aggregate_description.h"

#include "extension/vectorized/aggregate_kind.h"
#include "extension/vectorized/group_table.h"
#include "extension/vectorized/step_function.h"

#include "extension/pg/tree.h"
extern "C" {
#include <catalog/pg_aggregate.h>
#include <catalog/pg_type.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <optimizer/tlist.h>
#include <utils/lsyscache.h>
}

namespace varve::vectorized {
namespace {

int place_of(const Node* expression, List* targets) {
  ListCell* cell;
  foreach (cell, targets) {
    if (equal(lfirst(cell), expression)) return foreach_current_index(cell);
  }
  return -1;
}

bool describe_keys(const PlannerInfo& root, Description& description) {
  ListCell* cell;
  foreach (cell, root.parse->groupClause) {
    Node* key = get_sortgroupclause_expr(lfirst_node(SortGroupClause, cell), root.processed_tlist);
    const Var* column = IsA(key, Var) ? castNode(Var, key) : column_of_step(key);
    const int place = place_of(key, description.targets);
    if (column == nullptr || place < 0 || !can_be_key(column->vartype, column->varcollid) ||
        !can_be_key(exprType(key), exprCollation(key))) {
      return false;
    }
    description.keys = lappend(description.keys, key);
    description.key_places =
        lappend(description.key_places, list_make2_int(place, get_typlen(exprType(key))));
  }
  return true;
}

/// Where the aggregate's argument is among the targets of the input; -1: nowhere.
int target_of(const Aggref& aggregate, List* targets) {
  const Node* argument = reinterpret_cast<Node*>(linitial_node(TargetEntry, aggregate.args)->expr);
  while (IsA(argument, RelabelType)) {
    argument = reinterpret_cast<Node*>(reinterpret_cast<const RelabelType*>(argument)->arg);
  }
  return IsA(argument, Var) ? place_of(argument, targets) : -1;
}

/// Whether a part of a filter is not there for the node: it sees columns, and no steps of them.
bool is_out_of_reach(Node* node, void* context) {
  if (node == nullptr) return false;
  const auto& description = *static_cast<const Description*>(context);
  if (IsA(node, Var)) return place_of(node, description.targets) < 0;
  if (IsA(node, SubPlan) || IsA(node, AlternativeSubPlan) || IsA(node, PlaceHolderVar) ||
      list_member(description.keys, node)) {
    return true;
  }
  return pg::walk_expression(node, is_out_of_reach, context);
}

bool can_be_filter(Node* filter, Description& description) {
  return !contain_volatile_functions(filter) && !is_out_of_reach(filter, &description);
}

/// The number of the filter among all; -1: none.
int place_of_filter(Expr* filter, Description& description) {
  if (filter == nullptr) return -1;
  const int known = place_of(reinterpret_cast<Node*>(filter), description.filters);
  if (known >= 0) return known;
  description.filters = lappend(description.filters, filter);
  return list_length(description.filters) - 1;
}

/// What the node has to know of an aggregate; NIL where it cannot compute it.
List* description_of(const Aggref& aggregate, Description& description) {
  const AggregateKind* kind = kind_of(aggregate.aggfnoid);
  if (kind == nullptr || aggregate.aggdistinct != NIL || aggregate.aggorder != NIL ||
      aggregate.aggkind != AGGKIND_NORMAL ||
      !can_be_filter(reinterpret_cast<Node*>(aggregate.aggfilter), description)) {
    return NIL;
  }
  int target = -1;
  if (kind->aggregate != Aggregate::kCountRows) {
    target = target_of(aggregate, description.targets);
    if (target < 0) return NIL;
  }
  return list_make3_int(static_cast<int>(aggregate.aggfnoid), target,
                        place_of_filter(aggregate.aggfilter, description));
}

/// Walks expressions over keys and aggregates, and describes the latter; true, which ends it, where
/// there is something that the node cannot compute.
bool describe_aggregates(Node* node, void* context) {
  if (node == nullptr) return false;
  auto& description = *static_cast<Description*>(context);
  if (list_member(description.keys, node) || list_member(description.aggregates, node))
    return false;
  if (IsA(node, Var)) return true;
  if (!IsA(node, Aggref)) return pg::walk_expression(node, describe_aggregates, context);
  List* places = description_of(*castNode(Aggref, node), description);
  if (places == NIL) return true;
  description.aggregates = lappend(description.aggregates, node);
  description.aggregate_places = lappend(description.aggregate_places, places);
  return false;
}

}  // namespace

bool can_be_key(Oid type, Oid collation) {
  switch (type) {
    case TEXTOID:
    case VARCHAROID: return !OidIsValid(collation) || get_collation_isdeterministic(collation);
    case BYTEAOID:
    case UUIDOID:
    case BOOLOID:
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case DATEOID:
    case TIMEOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID: return true;
    default: return false;
  }
}

bool describe(const PlannerInfo& root, List* results, List* having, Description& description) {
  return describe_keys(root, description) &&
         !describe_aggregates(reinterpret_cast<Node*>(results), &description) &&
         !describe_aggregates(reinterpret_cast<Node*>(having), &description);
}

List* computed_by(const Description& description) {
  List* computed = list_concat_copy(description.keys, description.aggregates);
  return description.filters != NIL ? list_concat(computed, description.targets) : computed;
}

double bytes_of_group(const Description& description) {
  constexpr double kText = 64;  // one that is a key
  std::size_t states = 0;
  int words = 1;
  double texts = 0;
  ListCell* cell;
  foreach (cell, description.aggregates) {
    const AggregateKind* kind = kind_of(lfirst_node(Aggref, cell)->aggfnoid);
    states += bytes_of(kind->aggregate, kind->number);
  }
  foreach (cell, description.key_places) {
    const auto* place = static_cast<const List*>(lfirst(cell));  // of integers
    const PlannedKey key = {linitial_int(place), static_cast<std::int16_t>(lsecond_int(place))};
    words += key.words();
    if (key.kind() == PlannedKey::Kind::kText) texts += kText;
  }
  return static_cast<double>(GroupTable::bytes_of_group(words, states)) + texts;
}

}  // namespace varve::vectorized
