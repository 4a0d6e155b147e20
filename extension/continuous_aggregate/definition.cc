#include "extension/continuous_aggregate/definition.h"

#include <algorithm>

#include "extension/catalog/hypertable_cache.h"
#include "extension/chunk/coordinate.h"
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/definition_parts.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/dependency.h>
#include <catalog/pg_class.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_type.h>
#include <commands/extension.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/clauses.h>
#include <optimizer/optimizer.h>
#include <parser/parse_func.h>
#include <parser/parsetree.h>
#include <rewrite/rewriteHandler.h>
#include <rewrite/rewriteManip.h>
#include <utils/date.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/syscache.h>
#include <utils/timestamp.h>
#include <utils/typcache.h>
}

namespace varve::continuous_aggregate {
namespace {

/// A column of a table.
struct Column {
  RangeTblEntry* entry;
  AttrNumber number;
};

Node* without_relabel(Node* node) {
  while (node != nullptr && IsA(node, RelabelType)) {
    node = reinterpret_cast<Node*>(castNode(RelabelType, node)->arg);
  }
  return node;
}

Query* common_table(const Query& query, const RangeTblEntry& entry) {
  ListCell* cell;
  foreach (cell, query.cteList) {
    const auto* table = lfirst_node(CommonTableExpr, cell);
    if (entry.ctelevelsup == 0 && strcmp(table->ctename, entry.ctename) == 0) {
      return castNode(Query, table->ctequery);
    }
  }
  return nullptr;
}

/// The column of a table that `node` hands through joins, subqueries and WITH; false where it does
/// more than that.
bool trace(Query* query, Node* node, Column& column) {
  node = without_relabel(node);
  if (node == nullptr || !IsA(node, Var)) return false;
  const auto* variable = castNode(Var, node);
  if (variable->varlevelsup != 0 || variable->varattno <= 0) return false;
  RangeTblEntry* entry = rt_fetch(variable->varno, query->rtable);
  Query* inner = nullptr;
  switch (entry->rtekind) {
    case RTE_RELATION: column = {entry, variable->varattno}; return true;
    case RTE_JOIN:
      return trace(query,
                   static_cast<Node*>(list_nth(entry->joinaliasvars, variable->varattno - 1)),
                   column);
    case RTE_SUBQUERY: inner = entry->subquery; break;
    case RTE_CTE: inner = common_table(*query, *entry); break;
    default: break;
  }
  const TargetEntry* target =
      inner != nullptr ? get_tle_by_resno(inner->targetList, variable->varattno) : nullptr;
  return target != nullptr && trace(inner, reinterpret_cast<Node*>(target->expr), column);
}

/// Whether the column is what a hypertable is partitioned by, or the bucket of an aggregate. Gives
/// the source.
bool is_dimension(const Column& column, Definition& definition) {
  const Oid relation = column.entry->relid;
  if (column.entry->relkind == RELKIND_VIEW) {
    const auto aggregate = AggregateTable::find(relation);
    if (!aggregate || column.number != aggregate->bucket_column) return false;
    definition.source = aggregate->materialization;
    definition.source_view = relation;
    return true;
  }
  const auto* hypertable = pg::entry([&] { return catalog::cached_hypertable(relation); });
  if (hypertable == nullptr || column.number != get_attnum(relation, NameStr(hypertable->column))) {
    return false;
  }
  definition.source = relation;
  definition.source_view = InvalidOid;
  return true;
}

bool is_time_bucket(const FuncExpr& call) {
  const char* name = get_func_name(call.funcid);
  return name != nullptr && strcmp(name, "time_bucket") == 0 &&
         getExtensionOfObject(ProcedureRelationId, call.funcid) ==
             get_extension_oid("varve", false);
}

std::int64_t width_of(const Const& width) {
  if (width.consttype == INT2OID) return DatumGetInt16(width.constvalue);
  if (width.consttype == INT4OID) return DatumGetInt32(width.constvalue);
  if (width.consttype == INT8OID) return DatumGetInt64(width.constvalue);
  const Interval* interval = DatumGetIntervalP(width.constvalue);
  return (interval->month * std::int64_t{DAYS_PER_MONTH} + interval->day) * USECS_PER_DAY +
         interval->time;
}

/// A copy of the call with all its arguments in their places: names and defaults are the parser's.
FuncExpr* expanded(const FuncExpr& call) {
  auto* copy = static_cast<FuncExpr*>(copyObject(const_cast<FuncExpr*>(&call)));
  HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(copy->funcid));
  copy->args = expand_function_arguments(copy->args, false, copy->funcresulttype, tuple);
  ReleaseSysCache(tuple);
  return copy;
}

/// A bucket of UUIDs is one of their times, of which there are some before all UUIDs.
Oid start_function(const FuncExpr& call) {
  Oid* types = nullptr;
  int count = 0;
  get_func_signature(call.funcid, &types, &count);
  if (types[1] != UUIDOID) return call.funcid;
  types[1] = TIMESTAMPTZOID;
  List* name = list_make2(makeString(get_namespace_name(get_func_namespace(call.funcid))),
                          makeString(get_func_name(call.funcid)));
  return LookupFuncName(name, count, types, false);
}

/// Whether the grouped expression is time_bucket() of a dimension; fills `definition` if so.
bool is_bucket(Query* query, const TargetEntry& target, Definition& definition) {
  Node* node = without_relabel(reinterpret_cast<Node*>(target.expr));
  if (!IsA(node, FuncExpr) || !is_time_bucket(*castNode(FuncExpr, node))) return false;
  FuncExpr* call = expanded(*castNode(FuncExpr, node));
  // The time is the second argument in all forms.
  Node* time = without_relabel(static_cast<Node*>(lsecond(call->args)));
  Column column = {nullptr, 0};
  if (!trace(query, time, column) || !is_dimension(column, definition)) return false;
  definition.query = query;
  definition.time = castNode(Var, time);
  definition.source_entry = column.entry;
  definition.bucket_column = target.resno;
  definition.bucket = {call,
                       1,
                       getBaseType(exprType(time)),
                       getBaseType(call->funcresulttype),
                       start_function(*call),
                       0};
  return true;
}

}  // namespace

bool fold_arguments(BucketCall& bucket) {
  FuncExpr* call = bucket.call;
  ListCell* cell;
  foreach (cell, call->args) {
    if (foreach_current_index(cell) == bucket.time_argument) continue;
    lfirst(cell) = eval_const_expressions(nullptr, static_cast<Node*>(lfirst(cell)));
    if (!IsA(lfirst(cell), Const)) return false;
  }
  const auto* width = linitial_node(Const, call->args);
  if (width->constisnull) return false;
  bucket.width = std::max<std::int64_t>(width_of(*width), 1);
  return true;
}

int find_buckets(Query* query, Definition& definition) {
  int count = 0;
  ListCell* cell;
  foreach (cell, query->groupClause) {
    const auto* target =
        get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query->targetList);
    if (is_bucket(query, *target, definition)) ++count;
  }
  return count;
}

AttrNumber source_column(const Definition& definition, const TargetEntry& target) {
  auto* value = reinterpret_cast<Node*>(target.expr);
  Column column = {nullptr, 0};
  if (!IsA(value, Var) || !trace(definition.query, value, column)) return 0;
  return column.entry == definition.source_entry ? column.number : static_cast<AttrNumber>(0);
}

Definition find_definition(Query* query) {
  Definition definition = {};
  if (find_buckets(query, definition) != 1 || !fold_arguments(definition.bucket)) {
    elog(ERROR, "the query of a continuous aggregate has lost its bucket");
  }
  return definition;
}

Query* query_of(Oid relation) {
  Relation view = table_open(relation, AccessShareLock);
  auto* query = copyObject(get_view_query(view));
  table_close(view, NoLock);
  return query;
}

Bitmapset* key_columns(const Definition& definition) {
  Bitmapset* columns = nullptr;
  ListCell* cell;
  foreach (cell, definition.query->groupClause) {
    const auto* target =
        get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), definition.query->targetList);
    if (target->resjunk) return nullptr;
    columns = bms_add_member(columns, target->resno);
  }
  return columns;
}

void bound_time(Definition& definition, Expr* begin, Expr* end) {
  const Oid type = definition.bucket.type;
  const TypeCacheEntry* entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);
  const struct {
    Expr* bound;
    int strategy;
  } conditions[] = {{begin, BTGreaterEqualStrategyNumber}, {end, BTLessStrategyNumber}};
  for (const auto& [bound, strategy] : conditions) {
    if (bound == nullptr) continue;
    const Oid operation = get_opfamily_member(entry->btree_opf, type, type, strategy);
    auto* time = static_cast<Expr*>(static_cast<void*>(copyObject(definition.time)));
    Expr* condition = make_opclause(operation, BOOLOID, false, time, bound, InvalidOid, InvalidOid);
    set_opfuncid(castNode(OpExpr, condition));
    FromExpr* from = definition.query->jointree;
    from->quals = make_and_qual(from->quals, reinterpret_cast<Node*>(condition));
  }
}

void read_stored(Definition& definition) {
  if (!OidIsValid(definition.source_view)) return;
  definition.source_entry->relid = definition.source;
  definition.source_entry->relkind = RELKIND_PARTITIONED_TABLE;
}

Expr* time_constant(const Definition& definition, std::int64_t coordinate) {
  const Oid type = definition.bucket.type;
  const chunk::Extent extent = chunk::extent_of(type);
  if (coordinate < extent.lowest || coordinate >= extent.highest) return nullptr;
  const Datum value = pg::entry([&] { return chunk::datum_of(coordinate, type); });
  return reinterpret_cast<Expr*>(
      makeConst(type, -1, InvalidOid, get_typlen(type), value, false, get_typbyval(type)));
}

std::int64_t StartOfBucket::operator()(std::int64_t coordinate) const {
  // A date's coordinates are midnights; what lies between belongs to the day before.
  if (bucket_.type == DATEOID) {
    const std::int64_t beyond = coordinate % USECS_PER_DAY;
    coordinate -= beyond < 0 ? beyond + USECS_PER_DAY : beyond;
  }
  const Datum time = chunk::datum_of(coordinate, bucket_.start_type);
  const Datum start = pg::call([&] {
    FmgrInfo function;
    fmgr_info(bucket_.start_function, &function);
    LOCAL_FCINFO(arguments, FUNC_MAX_ARGS);
    InitFunctionCallInfoData(*arguments, &function, list_length(bucket_.call->args),
                             bucket_.call->inputcollid, nullptr, nullptr);
    ListCell* cell;
    foreach (cell, bucket_.call->args) {
      NullableDatum& argument = arguments->args[foreach_current_index(cell)];
      const bool is_time = foreach_current_index(cell) == bucket_.time_argument;
      const auto* constant = is_time ? nullptr : lfirst_node(Const, cell);
      argument = {is_time ? time : constant->constvalue, !is_time && constant->constisnull};
    }
    return FunctionCallInvoke(arguments);
  });
  return chunk::coordinate_of(start, bucket_.start_type);
}

Edges edges_of(const BucketCall& bucket) {
  return {StartOfBucket(bucket), bucket.width, chunk::extent_of(bucket.start_type).highest};
}

}  // namespace varve::continuous_aggregate
