#include "extension/continuous_aggregate/row_security.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/changes.h"
#include "extension/continuous_aggregate/policy_columns.h"
#include "extension/continuous_aggregate/results_writer.h"
#include "extension/ddl/dispatch.h"

#include "extension/pg/boundary.h"
#include "extension/pg/tree.h"
extern "C" {
#include <access/table.h>
#include <catalog/namespace.h>
#include <catalog/pg_class.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <parser/parse_node.h>
#include <parser/parse_relation.h>
#include <rewrite/rewriteHandler.h>
#include <rewrite/rowsecurity.h>
#include <utils/acl.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::continuous_aggregate {
namespace {

bool has_row_security(Oid relation) {
  Relation table = table_open(relation, AccessShareLock);
  const bool result = table->rd_rel->relrowsecurity;
  table_close(table, NoLock);
  return result;
}

/// What the rewriter makes of "SELECT FROM root" in the name of `reader`.
Query* policies_of(Oid root, Oid reader) {
  Relation table = table_open(root, AccessShareLock);
  ParseState* state = make_parsestate(nullptr);
  ParseNamespaceItem* item =
      addRangeTableEntryForRelation(state, table, AccessShareLock, nullptr, true, true);
  item->p_rte->requiredPerms = ACL_SELECT;
  item->p_rte->checkAsUser = reader;
  auto* query = makeNode(Query);
  query->commandType = CMD_SELECT;
  query->canSetTag = true;
  query->rtable = state->p_rtable;
  auto* reference = makeNode(RangeTblRef);
  reference->rtindex = 1;
  query->jointree = makeFromExpr(list_make1(reference), nullptr);
  free_parsestate(state);
  table_close(table, NoLock);
  return linitial_node(Query, QueryRewrite(query));
}

/// A query that reads an aggregate, and in whose name.
struct Reading {
  Oid root;
  Oid reader;
  List* policies;  // conditions about the root
  bool has_sublinks;
};

void secure(Query& query, RangeTblEntry& entry, int index, const PolicyColumns* columns,
            const Reading& reading) {
  List* conditions = copyObject(reading.policies);
  translate_policies(reinterpret_cast<Node*>(conditions), columns, index);
  entry.securityQuals = conditions;
  // Means nothing for a table; the copies that planning makes keep it, so that secure_plan() knows
  // them.
  entry.security_barrier = true;
  query.hasRowSecurity = true;
  query.hasSubLinks = query.hasSubLinks || reading.has_sublinks;
}

bool is_table(const RangeTblEntry& entry) {
  return entry.rtekind == RTE_RELATION && entry.relkind == RELKIND_PARTITIONED_TABLE;
}

bool is_results(const RangeTblEntry& entry) {
  return is_table(entry) && pg::entry([&] { return holds_results(entry.relid); });
}

/// The results of which the entry names all, or a chunk; InvalidOid for other tables.
Oid results_named_by(const RangeTblEntry& entry) {
  if (entry.rtekind != RTE_RELATION) return InvalidOid;
  const bool may_be_chunk =
      entry.relkind == RELKIND_RELATION && get_rel_relispartition(entry.relid);
  if (!may_be_chunk && entry.relkind != RELKIND_PARTITIONED_TABLE) return InvalidOid;
  return pg::entry([&] { return results_of(entry.relid); });
}

PolicyColumns* columns_of_results(Oid results) {
  const auto aggregate = AggregateTable::find_by_part(results);
  return policy_columns_of(find_definition(query_of(aggregate->definition)));
}

/// In all of what an aggregate's view has become: results, and rows behind the watermark.
bool secure_tables(Node* node, void* context) {
  if (node == nullptr) return false;
  if (!IsA(node, Query)) return pg::walk_expression(node, secure_tables, context);
  const auto& reading = *static_cast<Reading*>(context);
  auto* query = castNode(Query, node);
  int index = 0;
  ListCell* cell;
  foreach (cell, query->rtable) {
    auto& entry = *lfirst_node(RangeTblEntry, cell);
    ++index;
    if (entry.rtekind != RTE_RELATION) continue;
    if (entry.relid == reading.root) {
      secure(*query, entry, index, nullptr, reading);
    } else if (is_results(entry)) {
      secure(*query, entry, index, columns_of_results(entry.relid), reading);
    }
  }
  return pg::walk_query(query, secure_tables, context);
}

Reading reading_of(const Aggregate& aggregate, Oid reader) {
  Reading reading = {root_of(aggregate), reader, NIL, false};
  Query* query = policies_of(reading.root, reader);
  reading.policies = linitial_node(RangeTblEntry, query->rtable)->securityQuals;
  reading.has_sublinks = query->hasSubLinks;
  return reading;
}

/// The aggregate whose view the subquery was; the view is its first entry, with the name of who
/// reads it.
std::optional<Aggregate> secured_view(const RangeTblEntry& entry, Oid* reader) {
  if (entry.rtekind != RTE_SUBQUERY || entry.subquery->rtable == NIL) return std::nullopt;
  const auto* view = linitial_node(RangeTblEntry, entry.subquery->rtable);
  if (view->rtekind != RTE_RELATION || view->relkind != RELKIND_VIEW) return std::nullopt;
  const auto aggregate = AggregateTable::find(view->relid);
  if (!aggregate || !has_row_security(root_of(*aggregate))) return std::nullopt;
  *reader = OidIsValid(view->checkAsUser) ? view->checkAsUser : GetUserId();
  return aggregate;
}

struct Search {
  List* hypertables;
};

/// Results by their own name. A chunk has the columns of its table.
void secure_named(Query& query, RangeTblEntry& entry, int index, Search& search) {
  const Oid results = results_named_by(entry);
  if (!OidIsValid(results)) return;
  const auto aggregate = AggregateTable::find_by_part(results);
  if (!has_row_security(root_of(*aggregate))) return;
  const Oid reader = OidIsValid(entry.checkAsUser) ? entry.checkAsUser : GetUserId();
  const Reading reading = reading_of(*aggregate, reader);
  secure(query, entry, index, columns_of_results(results), reading);
  search.hypertables = list_append_unique_oid(search.hypertables, reading.root);
}

bool find_readings(Node* node, void* context) {
  if (node == nullptr) return false;
  if (!IsA(node, Query)) return pg::walk_expression(node, find_readings, context);
  auto& search = *static_cast<Search*>(context);
  auto* query = castNode(Query, node);
  int index = 0;
  ListCell* cell;
  foreach (cell, query->rtable) {
    auto& entry = *lfirst_node(RangeTblEntry, cell);
    ++index;
    Oid reader = InvalidOid;
    if (const auto aggregate = secured_view(entry, &reader)) {
      Reading reading = reading_of(*aggregate, reader);
      secure_tables(reinterpret_cast<Node*>(entry.subquery), &reading);
      search.hypertables = list_append_unique_oid(search.hypertables, reading.root);
      query->hasRowSecurity = true;
    } else if (entry.rtekind == RTE_SUBQUERY) {
      find_readings(reinterpret_cast<Node*>(entry.subquery), context);
    } else if (index != query->resultRelation) {
      secure_named(*query, entry, index, search);
    }
  }
  return pg::walk_query(query, find_readings, context, QTW_IGNORE_RT_SUBQUERIES);
}

bool finds_results(Node* node, void*) {
  if (node == nullptr) return false;
  if (!IsA(node, Query)) return pg::walk_expression(node, finds_results, nullptr);
  auto* query = castNode(Query, node);
  ListCell* cell;
  foreach (cell, query->rtable) {
    if (OidIsValid(results_named_by(*lfirst_node(RangeTblEntry, cell)))) return true;
  }
  return pg::walk_query(query, finds_results, nullptr);
}

/// Whether a policy is one of those that hold for SELECT.
bool is_for_reading(const RowSecurityPolicy& policy) {
  return policy.polcmd == '*' || policy.polcmd == ACL_SELECT_CHR;
}

void check_policies(const PolicyColumns& columns) {
  Relation table = table_open(columns.root, AccessShareLock);
  ListCell* cell;
  foreach (cell, table->rd_rsdesc != nullptr ? table->rd_rsdesc->policies : NIL) {
    const auto& policy = *static_cast<const RowSecurityPolicy*>(lfirst(cell));
    if (!is_for_reading(policy)) continue;
    translate_policies(static_cast<Node*>(copyObjectImpl(policy.qual)), &columns, 1);
  }
  table_close(table, NoLock);
}

void check_aggregates(std::int32_t source_id) {
  const AggregateTable::Rows rows = AggregateTable::of_source(source_id);
  for (std::size_t i = 0; i < rows.count; ++i) {
    // Plans that were made without policies, and may not have the hypertable in them.
    CacheInvalidateRelcacheByRelid(rows.all[i].materialization);
    check_policies(*policy_columns_of(find_definition(query_of(rows.all[i].definition))));
    check_aggregates(rows.all[i].id);
  }
}

template <class Statement>
void check_afterwards(ddl::Utility& utility, RangeVar* Statement::*table) {
  RangeVar* name = reinterpret_cast<const Statement*>(utility.statement())->*table;
  utility.proceed();
  const Oid relation = RangeVarGetRelid(name, NoLock, true);
  if (OidIsValid(relation)) check_aggregates_of(relation);
}

void create_policy(ddl::Utility& utility) { check_afterwards(utility, &CreatePolicyStmt::table); }
void alter_policy(ddl::Utility& utility) { check_afterwards(utility, &AlterPolicyStmt::table); }

}  // namespace

void check_row_security(const Definition& definition) {
  if (has_row_security(root_of(definition))) check_policies(*policy_columns_of(definition));
}

void check_aggregates_of(Oid hypertable) {
  const bool is_source = pg::entry([&] {
    const Source* source = find_source(hypertable);
    return source != nullptr && source->relation == hypertable;
  });
  if (!is_source || !has_row_security(hypertable)) return;
  check_aggregates(pg::entry([&] { return find_source(hypertable)->id; }));
}

void check_sees_all(const Definition& definition, Oid owner) {
  const Oid root = root_of(definition);
  if (!has_row_security(root) || pg_class_ownercheck(root, owner) ||
      has_bypassrls_privilege(owner)) {
    return;
  }
  ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                  errmsg("the owner of a continuous aggregate must own \"%s\", which has row-level "
                         "security",
                         get_rel_name(root)),
                  errdetail("Results would lack the rows that are hidden from the owner.")));
}

List* secure_reading(Query& query) {
  if (!finds_results(reinterpret_cast<Node*>(&query), nullptr)) return NIL;
  Search search = {NIL};
  find_readings(reinterpret_cast<Node*>(&query), &search);
  return search.hypertables;
}

void secure_plan(PlannedStmt& plan, List* hypertables) {
  if (hypertables != NIL) {
    plan.dependsOnRole = true;
    plan.relationOids = list_concat_unique_oid(plan.relationOids, hypertables);
  }
  if (plan.commandType != CMD_SELECT && ResultsWriter::is_running()) return;
  ListCell* cell;
  foreach (cell, plan.rtable) {
    const auto& entry = *lfirst_node(RangeTblEntry, cell);
    if (!is_results(entry) || entry.security_barrier ||
        list_member_int(plan.resultRelations, foreach_current_index(cell) + 1)) {
      continue;
    }
    const auto aggregate = AggregateTable::find_by_part(entry.relid);
    if (!aggregate || !has_row_security(root_of(*aggregate))) continue;
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot read continuous aggregate \"%s\" in a function that is inlined",
                           get_rel_name(aggregate->relation)),
                    errdetail("Its hypertable has row-level security."),
                    errhint("Write the function in PL/pgSQL, or make it volatile.")));
  }
}

void install_row_security() {
  ddl::on_statement(T_CreatePolicyStmt, create_policy);
  ddl::on_statement(T_AlterPolicyStmt, alter_policy);
}

}  // namespace varve::continuous_aggregate
