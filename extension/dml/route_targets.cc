#include "extension/dml/route_targets.h"

extern "C" {
#include <access/table.h>
#include <catalog/namespace.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <parser/parse_func.h>
#include <utils/partcache.h>
#include <utils/rel.h>
#include <utils/syscache.h>
}

namespace varve::dml {
namespace {

/// The column to route by, and how its expression becomes a routed one.
struct Routing {
  Oid relation;
  Oid function;
  AttrNumber column;
  Oid type;
  int32 typmod;
};

Oid route_function() {
  const Oid arguments[] = {ANYELEMENTOID, REGCLASSOID};
  List* name = list_make2(makeString(pstrdup("varve_catalog")), makeString(pstrdup("route")));
  return LookupFuncName(name, 2, arguments, false);
}

Routing routing_of(Oid relation) {
  Relation table = table_open(relation, NoLock);
  const AttrNumber column = RelationGetPartitionKey(table)->partattrs[0];
  Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), column - 1);
  const Routing routing = {relation, route_function(), column, attribute->atttypid,
                           attribute->atttypmod};
  table_close(table, NoLock);
  return routing;
}

Expr* routed(Expr* value, const Routing& routing) {
  auto* relation = makeConst(REGCLASSOID, -1, InvalidOid, sizeof(Oid),
                             ObjectIdGetDatum(routing.relation), false, true);
  return reinterpret_cast<Expr*>(makeFuncExpr(routing.function, routing.type,
                                              list_make2(value, relation), InvalidOid, InvalidOid,
                                              COERCE_EXPLICIT_CALL));
}

bool wrap_existing(List* targets, const Routing& routing) {
  ListCell* cell;
  foreach (cell, targets) {
    auto* target = lfirst_node(TargetEntry, cell);
    if (target->resjunk || target->resno != routing.column) continue;
    target->expr = routed(target->expr, routing);
    return true;
  }
  return false;
}

/// The planner expects target lists of INSERT in the order of the columns, junk last.
List* add_null(List* targets, const Routing& routing) {
  int position = 0;
  ListCell* cell;
  foreach (cell, targets) {
    const auto* target = lfirst_node(TargetEntry, cell);
    if (target->resjunk || target->resno > routing.column) break;
    ++position;
  }
  auto* null = reinterpret_cast<Expr*>(makeNullConst(routing.type, routing.typmod, InvalidOid));
  auto* target = makeTargetEntry(routed(null, routing), routing.column, nullptr, false);
  return list_insert_nth(targets, position, target);
}

void wrap(CmdType command, List*& targets, const Routing& routing) {
  if (command != CMD_INSERT && command != CMD_UPDATE) return;
  if (!wrap_existing(targets, routing) && command == CMD_INSERT) {
    targets = add_null(targets, routing);
  }
}

}  // namespace

void route_targets(Query& query, Oid relation) {
  if (query.commandType == CMD_DELETE) return;
  const Routing routing = routing_of(relation);
  wrap(query.commandType, query.targetList, routing);
  ListCell* cell;
  foreach (cell, query.mergeActionList) {
    auto* action = lfirst_node(MergeAction, cell);
    wrap(action->commandType, action->targetList, routing);
  }
}

}  // namespace varve::dml
