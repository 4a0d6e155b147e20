// How many buckets: PostgreSQL asks for statistics of the grouped expression, and finds them where
// an index has that expression. So the hypertable gets an index that is hypothetical, by which
// nothing can be read, and whose statistics are made when they are asked for: from the ranges of
// the chunks that are left, and the conditions on time. All of it is C but for what is in
// pg::entry().
#include "extension/planner/bucket_groups.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "extension/catalog/hypertable_cache.h"
#include "extension/chunk/coordinate.h"
#include "extension/chunk/place.h"
#include "extension/chunk/window.h"
#include "extension/function/bucket_function.h"
#include "extension/planner/bucket_length.h"
#include "extension/planner/comparison.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <access/stratnum.h>
#include <access/table.h>
#include <access/transam.h>
#include <catalog/pg_statistic.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <nodes/pathnodes.h>
#include <optimizer/optimizer.h>
#include <optimizer/plancat.h>
#include <optimizer/tlist.h>
#include <parser/parsetree.h>
#include <parser/scansup.h>
#include <partitioning/partbounds.h>
#include <utils/builtins.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/selfuncs.h>
#include <utils/timestamp.h>
}

namespace varve::planner {
namespace {

get_relation_info_hook_type previous_info = nullptr;
get_index_stats_hook_type previous_statistics = nullptr;

const Const* constant_argument(const FuncExpr& call, int position) {
  auto* argument = static_cast<Node*>(list_nth(call.args, position));
  if (!IsA(argument, Const) || castNode(Const, argument)->constisnull) return nullptr;
  return castNode(Const, argument);
}

/// In the units of Slice.
std::optional<double> width_of(const FuncExpr& call) {
  const Const* width = constant_argument(call, 0);
  if (width == nullptr) return std::nullopt;
  switch (width->consttype) {
    case TEXTOID: {
      const char* unit = TextDatumGetCString(width->constvalue);
      return usual_unit_us(
          downcase_truncate_identifier(unit, static_cast<int>(strlen(unit)), false));
    }
    case INT2OID: return DatumGetInt16(width->constvalue);
    case INT4OID: return DatumGetInt32(width->constvalue);
    case INT8OID: return static_cast<double>(DatumGetInt64(width->constvalue));
    default: {  // of the type interval, perhaps under the name bucket_width
      const Interval* interval = DatumGetIntervalP(width->constvalue);
      return usual_bucket_us({.months = interval->month,
                              .days = interval->day,
                              .time = calendar::Duration(interval->time)});
    }
  }
}

bool is_bucket(Oid function) {
  switch (function) {
    case F_DATE_TRUNC_TEXT_TIMESTAMP:
    case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
    case F_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT: return true;
    default: return function >= FirstNormalObjectId && function::is_time_bucket(function);
  }
}

/// Buckets of a relation's dimension.
struct Buckets {
  const Var* column;
  Oid type;  // of the dimension, never a domain
  double width;
};

std::optional<Buckets> buckets_of(const Query& query, const Node* expression) {
  if (expression == nullptr || !IsA(expression, FuncExpr)) return std::nullopt;
  const auto& call = *reinterpret_cast<const FuncExpr*>(expression);
  if (list_length(call.args) < 2) return std::nullopt;
  const auto* time = static_cast<const Node*>(lsecond(call.args));
  const Var* column = variable_of(time);
  if (column == nullptr || !is_bucket(call.funcid) || !is_dimension(query, *column)) {
    return std::nullopt;
  }
  const auto width = width_of(call);
  if (!width || !(*width > 0)) return std::nullopt;
  return Buckets{column, getBaseType(column->vartype), *width};
}

/// A type that conditions compare the dimension with, though it be another than the dimension's.
bool is_comparable(Oid type, Oid dimension) {
  if (type == dimension) return true;
  return chunk::is_dimension_type(type) && type != UUIDOID && dimension != UUIDOID &&
         chunk::is_time_type(type) == chunk::is_time_type(dimension);
}

/// Narrows the window by a condition, as far as that compares the column with what has a value now.
void narrow(PlannerInfo* root, Node* condition, const Buckets& buckets, chunk::Window& window) {
  Comparison comparison;
  if (!comparison_of(condition, &comparison)) return;
  if (variable_of(comparison.left) == nullptr) comparison = mirrored(comparison);
  const Var* column = variable_of(comparison.left);
  if (column == nullptr || column->varno != buckets.column->varno ||
      column->varattno != buckets.column->varattno) {
    return;
  }
  Node* value = estimate_expression_value(root, comparison.right);
  if (!IsA(value, Const) || castNode(Const, value)->constisnull) return;
  const Const& bound = *castNode(Const, value);
  const Oid type = getBaseType(bound.consttype);
  if (!is_comparable(type, buckets.type)) return;
  pg::entry([&] {
    std::int64_t at;
    try {
      at = chunk::coordinate_of(bound.constvalue, type);
    } catch (const pg::SqlError&) {
      return;  // infinity, which no chunk can hold
    }
    if (comparison.strategy >= BTEqualStrategyNumber) window.from = std::max(window.from, at);
    if (comparison.strategy <= BTEqualStrategyNumber) window.to = std::min(window.to, at);
  });
}

/// How much of the window lies in chunks that have not been excluded.
double covered(const RelOptInfo& relation, chunk::Window window, Oid type) {
  const PartitionBoundInfoData& bounds = *relation.boundinfo;
  double sum = 0;
  for (int i = 1; i < bounds.ndatums; ++i) {
    if (bounds.indexes[i] < 0 || !bms_is_member(bounds.indexes[i], relation.live_parts)) continue;
    const chunk::Slice slice = chunk::range_before(bounds, i, type);
    const double begin = static_cast<double>(std::max(slice.begin, window.from));
    sum += std::max(0.0, static_cast<double>(std::min(slice.end, window.to)) - begin);
  }
  return sum;
}

double count_of(PlannerInfo* root, const RelOptInfo& relation, const Buckets& buckets) {
  chunk::Window window;
  ListCell* cell;
  foreach (cell, relation.baserestrictinfo) {
    auto* clause = reinterpret_cast<Node*>(lfirst_node(RestrictInfo, cell)->clause);
    narrow(root, clause, buckets, window);
  }
  const double length = pg::entry([&] { return covered(relation, window, buckets.type); });
  return std::max(1.0, std::ceil(length / buckets.width));
}

/// A row of pg_statistic that says nothing but how many values there are.
HeapTuple statistics_of(double count) {
  Relation catalog = table_open(StatisticRelationId, AccessShareLock);
  Datum values[Natts_pg_statistic] = {};
  bool nulls[Natts_pg_statistic] = {};
  std::fill(nulls + Anum_pg_statistic_stanumbers1 - 1, nulls + Natts_pg_statistic, true);
  values[Anum_pg_statistic_stadistinct - 1] = Float4GetDatum(static_cast<float4>(count));
  HeapTuple tuple = heap_form_tuple(RelationGetDescr(catalog), values, nulls);
  table_close(catalog, AccessShareLock);
  return tuple;
}

bool get_index_stats(PlannerInfo* root, Oid index, AttrNumber column, VariableStatData* variable) {
  if (previous_statistics != nullptr && previous_statistics(root, index, column, variable)) {
    return true;
  }
  if (OidIsValid(index) || variable->rel == nullptr || variable->rel->boundinfo == nullptr) {
    return false;
  }
  const auto buckets = buckets_of(*root->parse, variable->var);
  if (!buckets) return false;
  variable->statsTuple = statistics_of(count_of(root, *variable->rel, *buckets));
  variable->freefunc = heap_freetuple;
  variable->acl_ok = true;  // there is no value in it
  return true;
}

/// Of no use to any plan: it is of no access method.
IndexOptInfo* hypothetical_index(RelOptInfo* relation, Node* expression) {
  auto* index = makeNode(IndexOptInfo);
  index->rel = relation;
  index->hypothetical = true;
  index->ncolumns = index->nkeycolumns = 1;
  index->indexkeys = static_cast<int*>(palloc0(sizeof(int)));
  index->indexprs = list_make1(expression);
  return index;
}

void get_relation_info(PlannerInfo* root, Oid table, bool is_parent, RelOptInfo* relation) {
  if (previous_info != nullptr) previous_info(root, table, is_parent, relation);
  if (!is_parent || relation->boundinfo == nullptr) return;
  ListCell* cell;
  foreach (cell, root->parse->targetList) {
    const auto* target = lfirst_node(TargetEntry, cell);
    if (target->ressortgroupref == 0) continue;
    auto* expression = reinterpret_cast<Node*>(target->expr);
    const auto buckets = buckets_of(*root->parse, expression);
    if (!buckets || buckets->column->varno != static_cast<int>(relation->relid)) continue;
    relation->indexlist = lappend(relation->indexlist, hypothetical_index(relation, expression));
  }
}

}  // namespace

void install_bucket_groups() {
  previous_info = get_relation_info_hook;
  get_relation_info_hook = get_relation_info;
  previous_statistics = get_index_stats_hook;
  get_index_stats_hook = get_index_stats;
}

}  // namespace varve::planner
