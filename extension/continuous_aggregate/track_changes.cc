#include "extension/continuous_aggregate/track_changes.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/continuous_aggregate/changes.h"
#include "extension/continuous_aggregate/results_writer.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/namespace.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <parser/parse_func.h>
#include <parser/parsetree.h>
#include <utils/lsyscache.h>
}

namespace varve::continuous_aggregate {
namespace {

struct Tracking {
  Oid source;
  Oid function;
  AttrNumber column;  // of the primary dimension in the target
  Oid type;
  int32 typmod;
  Oid collation;
};

Oid function_named(const char* name) {
  const Oid arguments[] = {ANYELEMENTOID, REGCLASSOID};
  List* names = list_make2(makeString(pstrdup("varve_catalog")), makeString(pstrdup(name)));
  return LookupFuncName(names, 2, arguments, false);
}

/// Whether all that the statement can do is to add rows.
bool only_inserts(const Query& query) {
  if (query.commandType == CMD_INSERT) {
    return query.onConflict == nullptr || query.onConflict->action == ONCONFLICT_NOTHING;
  }
  if (query.commandType != CMD_MERGE) return false;
  ListCell* cell;
  foreach (cell, query.mergeActionList) {
    const CmdType command = lfirst_node(MergeAction, cell)->commandType;
    if (command != CMD_INSERT && command != CMD_NOTHING) return false;
  }
  return true;
}

Tracking tracking_of(Oid relation, Oid source, const char* function) {
  const NameData name = pg::entry([&] { return catalog::cached_hypertable(source)->column; });
  Tracking tracking = {source, function_named(function), get_attnum(relation, NameStr(name)), 0, 0,
                       0};
  get_atttypetypmodcoll(relation, tracking.column, &tracking.type, &tracking.typmod,
                        &tracking.collation);
  return tracking;
}

Expr* noted(Expr* value, const Tracking& tracking) {
  auto* source = makeConst(REGCLASSOID, -1, InvalidOid, sizeof(Oid),
                           ObjectIdGetDatum(tracking.source), false, true);
  return reinterpret_cast<Expr*>(makeFuncExpr(tracking.function, tracking.type,
                                              list_make2(value, source), InvalidOid, InvalidOid,
                                              COERCE_EXPLICIT_CALL));
}

void wrap_new_value(List* targets, const Tracking& tracking) {
  ListCell* cell;
  foreach (cell, targets) {
    auto* target = lfirst_node(TargetEntry, cell);
    if (!target->resjunk && target->resno == tracking.column) {
      target->expr = noted(target->expr, tracking);
    }
  }
}

void add_old_value(Query& query, const Tracking& tracking) {
  auto* old = makeVar(query.resultRelation, tracking.column, tracking.type, tracking.typmod,
                      tracking.collation, 0);
  query.targetList =
      lappend(query.targetList,
              makeTargetEntry(noted(reinterpret_cast<Expr*>(old), tracking),
                              list_length(query.targetList) + 1, pstrdup("varve_changed"), true));
}

void track_merge(Query& query, const Tracking& tracking) {
  bool takes_away = false;
  ListCell* cell;
  foreach (cell, query.mergeActionList) {
    auto* action = lfirst_node(MergeAction, cell);
    wrap_new_value(action->targetList, tracking);
    takes_away =
        takes_away || action->commandType == CMD_UPDATE || action->commandType == CMD_DELETE;
  }
  if (takes_away) add_old_value(query, tracking);
}

void check_results(Oid relation) {
  if (ResultsWriter::is_running() || !pg::entry([&] { return holds_results(relation); })) return;
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("cannot change the results of a continuous aggregate"),
                  errdetail("They are computed from the rows of its hypertable."),
                  errhint("Change those, and refresh it.")));
}

}  // namespace

bool is_tracked(Oid relation) {
  return pg::entry([&] { return find_source(relation) != nullptr; });
}

void track_changes(Query& query) {
  if (query.resultRelation == 0) return;
  const Oid relation = rt_fetch(query.resultRelation, query.rtable)->relid;
  check_results(relation);
  const Oid source = pg::entry([&] {
    const Source* found = find_source(relation);
    return found != nullptr ? found->relation : InvalidOid;
  });
  if (!OidIsValid(source)) return;
  const Tracking tracking =
      tracking_of(relation, source, only_inserts(query) ? "inserted" : "changed");
  switch (query.commandType) {
    case CMD_INSERT:
      wrap_new_value(query.targetList, tracking);
      // The row in conflict has the same time: unique keys contain it.
      if (query.onConflict != nullptr) wrap_new_value(query.onConflict->onConflictSet, tracking);
      break;
    case CMD_UPDATE:
      wrap_new_value(query.targetList, tracking);
      add_old_value(query, tracking);
      break;
    case CMD_DELETE: add_old_value(query, tracking); break;
    case CMD_MERGE: track_merge(query, tracking); break;
    default: break;
  }
}

}  // namespace varve::continuous_aggregate
