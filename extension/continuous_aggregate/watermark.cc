// varve_catalog.watermark(aggregate integer, type anyelement) returns anyelement
#include "extension/continuous_aggregate/watermark.h"

#include <algorithm>

#include "extension/chunk/coordinate.h"
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/ddl/dispatch.h"

#include "extension/pg/boundary.h"
#include "extension/pg/tree.h"
extern "C" {
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <utils/date.h>
#include <utils/lsyscache.h>
#include <utils/plancache.h>
#include <utils/snapmgr.h>
#include <utils/timestamp.h>
}

namespace varve::continuous_aggregate {
namespace {

/// Every time lies behind the watermark of an aggregate without results.
Datum datum_of(std::int64_t watermark, Oid type) {
  const chunk::Extent extent = chunk::extent_of(type);
  if (watermark == kBeforeAll || watermark < extent.lowest) {
    if (type == DATEOID) return DateADTGetDatum(DATEVAL_NOBEGIN);
    if (chunk::is_time_type(type) && type != UUIDOID) return TimestampGetDatum(DT_NOBEGIN);
    return pg::entry([&] { return chunk::datum_of(extent.lowest, type); });
  }
  const std::int64_t highest = extent.highest - 1;
  return pg::entry([&] { return chunk::datum_of(std::min(watermark, highest), type); });
}

Datum watermark(std::int32_t id, Oid type) {
  // The snapshot of the query that asks, and no newer one: it sees the results up to there.
  return datum_of(watermark_at(id, GetActiveSnapshot()), getBaseType(type));
}

bool is_watermark(const Node* node) {
  if (node == nullptr || !IsA(node, FuncExpr)) return false;
  const auto* call = reinterpret_cast<const FuncExpr*>(node);
  if (list_length(call->args) != 2) return false;
  const auto* id = static_cast<const Node*>(linitial(call->args));
  if (!IsA(id, Const) || reinterpret_cast<const Const*>(id)->consttype != INT4OID ||
      reinterpret_cast<const Const*>(id)->constisnull) {
    return false;
  }
  const char* name = get_func_name(call->funcid);
  if (name == nullptr || strcmp(name, "watermark") != 0) return false;
  const char* schema = get_namespace_name(get_func_namespace(call->funcid));
  return schema != nullptr && strcmp(schema, "varve_catalog") == 0;
}

Const* folded(const FuncExpr& call) {
  const std::int32_t id = DatumGetInt32(linitial_node(Const, call.args)->constvalue);
  const Oid type = call.funcresulttype;
  return makeConst(type, -1, InvalidOid, get_typlen(type), watermark(id, type), false,
                   get_typbyval(type));
}

/// In place: the conditions of our views compare a column with a call.
bool fold(Node* node, void* context) {
  if (node == nullptr || IsA(node, Query)) return false;
  if (IsA(node, OpExpr)) {
    ListCell* cell;
    foreach (cell, castNode(OpExpr, node)->args) {
      auto* argument = static_cast<Node*>(lfirst(cell));
      if (is_watermark(argument)) lfirst(cell) = folded(*castNode(FuncExpr, argument));
    }
  }
  return pg::walk_expression(node, fold, context);
}

/// SET TRANSACTION SNAPSHOT goes back in time: plans made before may know a later watermark than
/// the imported snapshot does.
void set_variable(ddl::Utility& utility) {
  const auto* statement = castNode(VariableSetStmt, utility.statement());
  const bool goes_back =
      statement->kind == VAR_SET_MULTI && strcmp(statement->name, "TRANSACTION SNAPSHOT") == 0;
  utility.proceed();
  if (goes_back) ResetPlanCache();
}

}  // namespace

void fold_watermarks(Query& query) {
  if (ActiveSnapshotSet() && query.jointree != nullptr) {
    fold(reinterpret_cast<Node*>(query.jointree), nullptr);
  }
}

void install_watermark() { ddl::on_statement(T_VariableSetStmt, set_variable); }

}  // namespace varve::continuous_aggregate

VARVE_SQL_FUNCTION(varve_watermark) {
  if (PG_ARGISNULL(0)) PG_RETURN_NULL();
  // Once a query: it is stable, and where it is not folded it may be asked for each row.
  FmgrInfo& function = *fcinfo->flinfo;
  const auto id = PG_GETARG_INT32(0);
  struct Known {
    std::int32_t id;
    Datum watermark;
  };
  const Known known = varve::pg::call([&] {
    if (function.fn_extra != nullptr && static_cast<Known*>(function.fn_extra)->id == id) {
      return *static_cast<Known*>(function.fn_extra);
    }
    const Oid type = get_fn_expr_rettype(&function);
    auto* found = static_cast<Known*>(MemoryContextAlloc(function.fn_mcxt, sizeof(Known)));
    const MemoryContext before = MemoryContextSwitchTo(function.fn_mcxt);
    *found = {id, varve::continuous_aggregate::watermark(id, type)};
    MemoryContextSwitchTo(before);
    function.fn_extra = found;
    return *found;
  });
  PG_RETURN_DATUM(known.watermark);
}
