#include "extension/continuous_aggregate/maintain.h"

#include "extension/continuous_aggregate/changes.h"
#include "extension/continuous_aggregate/sql.h"
#include "extension/continuous_aggregate/statement.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <catalog/namespace.h>
#include <catalog/pg_authid.h>
#include <catalog/pg_class.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <rewrite/rewriteHandler.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::continuous_aggregate {
namespace {

bool is_truncating = false;

// The results in place of the view ------------------------------------------------------------

void vacuum(ddl::Utility& utility) {
  const auto* statement = castNode(VacuumStmt, utility.statement());
  bool any = false;
  ListCell* cell;
  foreach (cell, statement->rels) {
    if (named_aggregate(lfirst_node(VacuumRelation, cell)->relation)) any = true;
  }
  if (!any) return utility.proceed();
  proceed_changed(utility, *statement, [](VacuumStmt& copy) {
    ListCell* part;
    foreach (part, copy.rels) {
      auto* table = lfirst_node(VacuumRelation, part);
      const auto aggregate = named_aggregate(table->relation);
      if (aggregate) table->relation = results_name(*aggregate);
    }
  });
}

void reindex(ddl::Utility& utility) {
  const auto* statement = castNode(ReindexStmt, utility.statement());
  const auto aggregate =
      statement->kind == REINDEX_OBJECT_TABLE ? named_aggregate(statement->relation) : std::nullopt;
  if (!aggregate) return utility.proceed();
  proceed_changed(utility, *statement,
                  [&](ReindexStmt& copy) { copy.relation = results_name(*aggregate); });
}

void cluster(ddl::Utility& utility) {
  const auto* statement = castNode(ClusterStmt, utility.statement());
  const auto aggregate = named_aggregate(statement->relation);
  if (!aggregate) return utility.proceed();
  proceed_changed(utility, *statement,
                  [&](ClusterStmt& copy) { copy.relation = results_name(*aggregate); });
}

// TRUNCATE ------------------------------------------------------------------------------------

/// As after its creation: nothing is stored, all is to be computed, but what is frozen.
void start_again(const Aggregate& aggregate) {
  SPI_connect();
  execute(psprintf("UPDATE varve_catalog.aggregate_watermark SET watermark = %lld WHERE id = %d",
                   static_cast<long long>(kBeforeAll), aggregate.id));
  execute(psprintf("INSERT INTO varve_catalog.aggregate_stale VALUES (%d, %lld, %lld)",
                   aggregate.id, static_cast<long long>(kBeforeAll),
                   static_cast<long long>(kAfterAll)));
  SPI_finish();
  CacheInvalidateRelcacheByRelid(aggregate.materialization);
}

/// Aggregates that the statement names, locked; `others` says whether it names anything else.
List* truncated(const TruncateStmt& statement, bool& others) {
  List* aggregates = NIL;
  ListCell* cell;
  foreach (cell, statement.relations) {
    const auto aggregate = named_aggregate(lfirst_node(RangeVar, cell));
    if (!aggregate) {
      others = true;
      continue;
    }
    check_owner(*aggregate);
    acquire(Lock::kRanges, aggregate->id, true);  // first, as a refresh does
    aggregates = list_append_unique_oid(aggregates, aggregate->relation);
  }
  return aggregates;
}

void proceed_truncating(ddl::Utility& utility, const TruncateStmt& statement) {
  is_truncating = true;
  PG_TRY();
  {
    proceed_changed(utility, statement, [](TruncateStmt& copy) {
      ListCell* cell;
      foreach (cell, copy.relations) {
        lfirst(cell) = results_name(*named_aggregate(lfirst_node(RangeVar, cell)));
      }
    });
  }
  PG_FINALLY();
  { is_truncating = false; }
  PG_END_TRY();
}

void truncate(ddl::Utility& utility) {
  const auto* statement = castNode(TruncateStmt, utility.statement());
  bool others = false;
  List* aggregates = truncated(*statement, others);
  if (aggregates == NIL) return utility.proceed();
  if (others) {
    // What stands beside them could be results of another one, by their own name.
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot truncate tables together with continuous aggregates"),
                    errhint("Use two statements.")));
  }
  utility.require_writable();
  proceed_truncating(utility, *statement);
  ListCell* cell;
  foreach (cell, aggregates) {
    if (const auto aggregate = AggregateTable::find(lfirst_oid(cell))) start_again(*aggregate);
  }
}

// Refused -------------------------------------------------------------------------------------

constexpr const char* kSeeRows = "Its results change with refreshes: follow its hypertable's rows.";

void create_trigger(ddl::Utility& utility) {
  const auto* statement = castNode(CreateTrigStmt, utility.statement());
  if (named_aggregate(statement->relation)) {
    refuse(*statement->relation, "create a trigger on", kSeeRows);
  }
  utility.proceed();
}

void create_rule(ddl::Utility& utility) {
  const auto* statement = castNode(RuleStmt, utility.statement());
  if (named_aggregate(statement->relation)) {
    refuse(*statement->relation, "create a rule on", kSeeRows);
  }
  utility.proceed();
}

/// pg_dump makes some views without a query first, and gives them theirs after the data.
bool reads_something(Oid view) {
  if (get_rel_relkind(view) != RELKIND_VIEW) return false;
  Relation relation = table_open(view, AccessShareLock);
  const Query& query = *get_view_query(relation);
  const bool reads = query.jointree->fromlist != NIL || query.setOperations != nullptr;
  table_close(relation, AccessShareLock);
  return reads;
}

void replace_view(ddl::Utility& utility) {
  const auto* statement = castNode(ViewStmt, utility.statement());
  const bool is_ours = InSecurityRestrictedOperation() && GetUserId() == BOOTSTRAP_SUPERUSERID;
  if (statement->replace && !is_ours) {
    const Oid view = RangeVarGetRelid(statement->view, NoLock, true);
    if (OidIsValid(view) && AggregateTable::find_by_part(view) && reads_something(view)) {
      refuse(*statement->view, "replace the view of", "Use replace_continuous_aggregate().");
    }
  }
  utility.proceed();
}

}  // namespace

bool truncates_results() { return is_truncating; }

void install_maintain() {
  ddl::on_statement(T_VacuumStmt, vacuum);
  ddl::on_statement(T_ReindexStmt, reindex);
  ddl::on_statement(T_ClusterStmt, cluster);
  ddl::on_statement(T_TruncateStmt, truncate);
  ddl::on_statement(T_CreateTrigStmt, create_trigger);
  ddl::on_statement(T_RuleStmt, create_rule);
  ddl::on_statement(T_ViewStmt, replace_view);
}

}  // namespace varve::continuous_aggregate
