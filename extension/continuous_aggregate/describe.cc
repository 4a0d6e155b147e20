// What scripts ask about the query of an aggregate: whether there can be one, and what it says.
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/definition.h"
#include "extension/continuous_aggregate/redefine.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <funcapi.h>
#include <lib/stringinfo.h>
#include <optimizer/optimizer.h>
#include <utils/builtins.h>
#include <utils/json.h>
#include <utils/lsyscache.h>
#include <utils/regproc.h>
#include <utils/syscache.h>
}

namespace varve::continuous_aggregate {
namespace {

void append_member(StringInfo json, const char* name, const char* value) {
  if (json->len > 1) appendStringInfoString(json, ", ");
  escape_json(json, name);
  appendStringInfoString(json, ": ");
  escape_json(json, value);
}

/// The arguments of time_bucket() that are given, by their names.
void append_arguments(StringInfo json, const BucketCall& bucket) {
  HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(bucket.call->funcid));
  Oid* types = nullptr;
  char** names = nullptr;
  char* modes = nullptr;
  (void)get_func_arg_info(tuple, &types, &names, &modes);
  ReleaseSysCache(tuple);
  ListCell* cell;
  foreach (cell, bucket.call->args) {
    const int i = foreach_current_index(cell);
    const auto* value = static_cast<const Node*>(lfirst(cell));
    if (i == bucket.time_argument || !IsA(value, Const)) continue;
    const auto* constant = reinterpret_cast<const Const*>(value);
    if (constant->constisnull) continue;
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(constant->consttype, &output, &is_varlena);
    append_member(json, names[i], OidOutputFunctionCall(output, constant->constvalue));
  }
}

/// The names of the columns that are grouped by, as a JSON array.
void append_grouping(StringInfo json, const Aggregate& aggregate, const Query& query) {
  appendStringInfoString(json, ", \"grouping_columns\": [");
  bool any = false;
  ListCell* cell;
  foreach (cell, query.groupClause) {
    const auto* target =
        get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query.targetList);
    if (target->resjunk) continue;
    if (any) appendStringInfoString(json, ", ");
    escape_json(json, get_attname(aggregate.relation, target->resno, false));
    any = true;
  }
  appendStringInfoChar(json, ']');
}

const char* description_of(const Aggregate& aggregate) {
  const Definition definition = find_definition(query_of(aggregate.definition));
  StringInfoData json;
  initStringInfo(&json);
  appendStringInfoChar(&json, '{');
  append_member(&json, "function", format_procedure_qualified(definition.bucket.call->funcid));
  append_arguments(&json, definition.bucket);
  append_grouping(&json, aggregate, *definition.query);
  appendStringInfoChar(&json, '}');
  return json.data;
}

}  // namespace
}  // namespace varve::continuous_aggregate

// varve_catalog.aggregate_description(id integer) returns text
VARVE_SQL_FUNCTION(varve_aggregate_description) {
  const std::int32_t id = PG_GETARG_INT32(0);
  const char* json = varve::pg::call([&]() -> const char* {
    const auto aggregate = varve::continuous_aggregate::AggregateTable::find_by_id(id);
    return aggregate ? varve::continuous_aggregate::description_of(*aggregate) : nullptr;
  });
  if (json == nullptr) PG_RETURN_NULL();
  PG_RETURN_TEXT_P(varve::pg::call([&] { return cstring_to_text(json); }));
}

// varve_catalog.check_aggregate_query(query text) returns void
VARVE_SQL_FUNCTION(varve_check_aggregate_query) {
  varve::pg::call([&] {
    const char* query = text_to_cstring(PG_GETARG_TEXT_PP(0));
    (void)varve::continuous_aggregate::check_definition(
        varve::continuous_aggregate::query_of_text(query));
  });
  PG_RETURN_VOID();
}
