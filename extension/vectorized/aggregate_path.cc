#include "extension/vectorized/aggregate_path.h"

#include <algorithm>

#include "extension/catalog/hypertable_cache.h"
#include "extension/vectorized/aggregate_kind.h"
#include "extension/vectorized/aggregate_node.h"
#include "extension/vectorized/group_table.h"
#include "extension/vectorized/scan_path.h"
#include "extension/vectorized/step_function.h"

#include "extension/pg/tree.h"
extern "C" {
#include <catalog/pg_aggregate.h>
#include <catalog/pg_type.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/cost.h>
#include <optimizer/optimizer.h>
#include <optimizer/pathnode.h>
#include <optimizer/planner.h>
#include <optimizer/tlist.h>
#include <parser/parsetree.h>
#include <utils/lsyscache.h>
#include <utils/selfuncs.h>
}

namespace varve::vectorized {
namespace {

create_upper_paths_hook_type previous_hook = nullptr;

// In units of cpu_operator_cost: what a value costs to be added or to be a part of a key, and what
// a row of a chunk of rows does besides. Of cpu_tuple_cost, the part that a row of a Seq Scan is
// spared.
constexpr double kValueCost = 0.05;
constexpr double kRowCost = 0.5;
constexpr double kTupleDiscount = 0.5;
// The room for vectors of rows.
constexpr Cost kSetUpCost = 1;

Plan* make_plan(PlannerInfo*, RelOptInfo*, CustomPath* path, List* targets, List*, List* children) {
  auto* node = makeNode(CustomScan);
  node->scan.plan.targetlist = targets;
  node->flags = path->flags;
  node->custom_plans = children;
  node->custom_private = list_make2(linitial(path->custom_private), lsecond(path->custom_private));
  node->scan.plan.qual = static_cast<List*>(copyObjectImpl(lfourth(path->custom_private)));
  ListCell* cell;
  foreach (cell, static_cast<List*>(lthird(path->custom_private))) {
    auto* computed = static_cast<Expr*>(copyObjectImpl(lfirst(cell)));
    const auto number = static_cast<AttrNumber>(foreach_current_index(cell) + 1);
    node->custom_scan_tlist =
        lappend(node->custom_scan_tlist, makeTargetEntry(computed, number, nullptr, false));
  }
  node->methods = &kVectorizedAggregate;
  return &node->scan.plan;
}

const CustomPathMethods kPath = {.CustomName = "VectorizedAggregate",
                                 .PlanCustomPath = make_plan,
                                 .ReparameterizeCustomPathByChild = nullptr};

/// Whether the query does nothing but to group the rows of one table by few keys and to aggregate
/// them. More than one read of the table must find the same rows.
bool is_plain(const PlannerInfo& root, const RelOptInfo& input) {
  const Query& query = *root.parse;
  return input.reloptkind == RELOPT_BASEREL && query.hasAggs && query.groupingSets == NIL &&
         list_length(query.groupClause) <= kMostKeys && !query.hasTargetSRFs &&
         !contain_volatile_functions(reinterpret_cast<Node*>(input.baserestrictinfo));
}

/// What is being put together of the plan.
struct Description {
  List* targets;     // of the input
  List* keys;        // expressions
  List* aggregates;  // Aggrefs
  List* key_places;  // for each, IntLists as the node is told
  List* aggregate_places;
};

/// Equal where their bits, or bytes, are.
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

/// What the node has to know of an aggregate; NIL where it cannot compute it.
List* description_of(const Aggref& aggregate, List* targets) {
  const AggregateKind* kind = kind_of(aggregate.aggfnoid);
  if (kind == nullptr || aggregate.aggfilter != nullptr || aggregate.aggdistinct != NIL ||
      aggregate.aggorder != NIL || aggregate.aggkind != AGGKIND_NORMAL) {
    return NIL;
  }
  int target = -1;
  if (kind->aggregate != Aggregate::kCountRows) {
    target = target_of(aggregate, targets);
    if (target < 0) return NIL;
  }
  return list_make2_int(static_cast<int>(aggregate.aggfnoid), target);
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
  List* places = description_of(*castNode(Aggref, node), description.targets);
  if (places == NIL) return true;
  description.aggregates = lappend(description.aggregates, node);
  description.aggregate_places = lappend(description.aggregate_places, places);
  return false;
}

/// Whether the path is one scan of a table, by one process.
bool is_scan(const Path* path) {
  switch (path->pathtype) {
    case T_SeqScan:
    case T_IndexScan:
    case T_IndexOnlyScan:
    case T_BitmapHeapScan: return true;
    default: return is_columnar_scan(path);
  }
}

/// The scans that the path consists of; NIL where it is something else: rows that Gather has come
/// by have cost more than they can spare.
List* scans_of(Path* path) {
  if (path->param_info != nullptr || path->parallel_aware) return NIL;
  if (is_scan(path)) return list_make1(path);
  return IsA(path, AppendPath) ? reinterpret_cast<AppendPath*>(path)->subpaths : NIL;
}

bool has_columnar(List* scans) {
  ListCell* cell;
  foreach (cell, scans) {
    if (is_columnar_scan(static_cast<Path*>(lfirst(cell)))) return true;
  }
  return false;
}

bool is_of_hypertable(PlannerInfo* root, const RelOptInfo& input) {
  const RangeTblEntry* entry = planner_rt_fetch(input.relid, root);
  return entry->rtekind == RTE_RELATION && catalog::cached_hypertable_id(entry->relid) != 0;
}

/// What PostgreSQL charges for making rows of a Seq Scan, which are not made.
Cost cost_of_tuples(const Path& scan) {
  const double tuples = std::max(scan.parent->tuples, scan.rows);
  return kTupleDiscount * cpu_tuple_cost * tuples;
}

Cost cost_of(List* scans, int aggregates) {
  Cost cost = has_columnar(scans) ? 0 : kSetUpCost;
  ListCell* cell;
  foreach (cell, scans) {
    const auto& scan = *static_cast<Path*>(lfirst(cell));
    cost += scan.total_cost + scan.rows * aggregates * kValueCost * cpu_operator_cost;
    if (is_columnar_scan(&scan)) {
      cost -= cost_of_rows(scan);
    } else {
      cost += scan.rows * kRowCost * cpu_operator_cost;
      if (scan.pathtype == T_SeqScan) cost -= cost_of_tuples(scan);
    }
  }
  return cost;
}

double groups_of(PlannerInfo* root, const Description& description, const Path& source) {
  if (description.keys == NIL) return 1;
  return estimate_num_groups(root, description.keys, source.rows, nullptr, nullptr);
}

/// What a group takes of memory.
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

/// How often the scans are read, each time for as many groups as memory has room for.
double reads_of(double groups, const Description& description) {
  const double bytes = groups * bytes_of_group(description);
  const double limit = static_cast<double>(get_hash_memory_limit());
  return bytes <= limit ? 1
                        : 1 + 2 * bytes / limit;  // the partition that was too large, and halves
}

void add_aggregate_path(PlannerInfo* root, const RelOptInfo& input, RelOptInfo* output,
                        Path* source) {
  List* scans = scans_of(source);
  if (scans == NIL || (!has_columnar(scans) && !is_of_hypertable(root, input))) return;
  Description description = {};
  description.targets = source->pathtarget->exprs;
  if (!describe_keys(*root, description)) return;
  if (describe_aggregates(reinterpret_cast<Node*>(output->reltarget->exprs), &description) ||
      describe_aggregates(root->parse->havingQual, &description)) {
    return;
  }
  const int values = list_length(description.aggregates) + list_length(description.keys);
  auto* path = makeNode(CustomPath);
  path->path.pathtype = T_CustomScan;
  path->path.parent = output;
  path->path.pathtarget = output->reltarget;
  path->path.parallel_safe = output->consider_parallel && source->parallel_safe;
  const double groups = groups_of(root, description, *source);
  auto* having = reinterpret_cast<List*>(root->parse->havingQual);
  QualCost having_cost = {};
  if (having != NIL) cost_qual_eval(&having_cost, having, root);
  path->path.rows =
      clamp_row_est(groups * clauselist_selectivity(root, having, 0, JOIN_INNER, nullptr));
  path->path.startup_cost =
      cost_of(scans, values) * reads_of(groups, description) + having_cost.startup;
  path->path.total_cost =
      path->path.startup_cost + groups * (cpu_tuple_cost + having_cost.per_tuple);
  path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
  path->custom_paths = list_make1(source);
  path->custom_private =
      list_make4(description.key_places, description.aggregate_places,
                 list_concat_copy(description.keys, description.aggregates), having);
  path->methods = &kPath;
  add_path(output, &path->path);
}

void create_upper_paths(PlannerInfo* root, UpperRelationKind stage, RelOptInfo* input,
                        RelOptInfo* output, void* extra) {
  if (previous_hook != nullptr) previous_hook(root, stage, input, output, extra);
  if (stage != UPPERREL_GROUP_AGG || !is_enabled() || !is_plain(*root, *input)) return;
  ListCell* cell;
  foreach (cell, input->pathlist) {
    add_aggregate_path(root, *input, output, static_cast<Path*>(lfirst(cell)));
  }
}

}  // namespace

void install_aggregate_path() {
  RegisterCustomScanMethods(&kVectorizedAggregate);
  previous_hook = create_upper_paths_hook;
  create_upper_paths_hook = create_upper_paths;
}

}  // namespace varve::vectorized
