// What the query of a continuous aggregate may be. An aggregate computes the buckets again whose
// rows have changed, and no others: whatever lets a row reach into other buckets is refused.
#include "extension/catalog/hypertable_cache.h"
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/definition_parts.h"
#include "extension/continuous_aggregate/row_security.h"

#include "extension/pg/boundary.h"
#include "extension/pg/tree.h"
extern "C" {
#include <access/table.h>
#include <catalog/pg_class.h>
#include <miscadmin.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <parser/parsetree.h>
#include <utils/acl.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::continuous_aggregate {
namespace {

[[noreturn]] void refuse(const char* what, const char* why, const char* hint = nullptr) {
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("a continuous aggregate cannot have %s", what), errdetail("%s", why),
                  hint != nullptr ? errhint("%s", hint) : 0));
  pg_unreachable();
}

constexpr const char* kOtherBuckets =
    "It would make a bucket depend on rows of other buckets, whose changes do not reach it.";
constexpr const char* kOnTop = "Select from the continuous aggregate, and do it there.";

/// Clauses that no query over the hypertable may have, subqueries included.
void check_row_by_row(const Query& query) {
  if (query.hasWindowFuncs) refuse("window functions", kOtherBuckets, kOnTop);
  if (query.distinctClause != NIL) refuse("DISTINCT", kOtherBuckets, kOnTop);
  if (query.limitCount != nullptr || query.limitOffset != nullptr) {
    refuse("LIMIT or OFFSET", kOtherBuckets, kOnTop);
  }
  if (query.setOperations != nullptr) {
    refuse("UNION, INTERSECT or EXCEPT", "Its rows must come from one hypertable.");
  }
  if (query.hasTargetSRFs) {
    refuse("functions that return sets in its select list", "A group must give one row.",
           "Call the function in FROM.");
  }
  if (query.rowMarks != NIL) refuse("FOR UPDATE or FOR SHARE", "Its refreshes lock no rows.");
  if (query.hasModifyingCTE) {
    refuse("data-modifying statements in WITH", "Its query runs whenever it is refreshed or read.");
  }
  if (query.hasRecursive) refuse("WITH RECURSIVE", kOtherBuckets);
}

/// A subquery that the time is handed through.
void check_inner(const Query& query) {
  check_row_by_row(query);
  if (query.hasAggs || query.groupClause != NIL || query.groupingSets != NIL) {
    refuse("a subquery in FROM that groups the rows of the hypertable", kOtherBuckets,
           "Make a continuous aggregate of the subquery, and this one over it.");
  }
}

bool holds(const Node* tree, int index) {
  if (IsA(tree, RangeTblRef)) return reinterpret_cast<const RangeTblRef*>(tree)->rtindex == index;
  if (IsA(tree, JoinExpr)) {
    const auto* join = reinterpret_cast<const JoinExpr*>(tree);
    return join->rtindex == index || holds(join->larg, index) || holds(join->rarg, index);
  }
  ListCell* cell;
  foreach (cell, reinterpret_cast<const FromExpr*>(tree)->fromlist) {
    if (holds(static_cast<const Node*>(lfirst(cell)), index)) return true;
  }
  return false;
}

/// Whether an outer join may put NULLs in place of the table's columns.
bool is_nullable(const Node* tree, int index) {
  if (IsA(tree, JoinExpr)) {
    const auto* join = reinterpret_cast<const JoinExpr*>(tree);
    if (join->rtindex == index) return join->jointype != JOIN_INNER;  // a merged column
    const bool left = holds(join->larg, index);
    if (join->jointype == JOIN_FULL || (join->jointype == JOIN_LEFT && !left) ||
        (join->jointype == JOIN_RIGHT && left)) {
      return true;
    }
    return is_nullable(left ? join->larg : join->rarg, index);
  }
  if (IsA(tree, FromExpr)) {
    ListCell* cell;
    foreach (cell, reinterpret_cast<const FromExpr*>(tree)->fromlist) {
      const auto* item = static_cast<const Node*>(lfirst(cell));
      if (holds(item, index)) return is_nullable(item, index);
    }
  }
  return false;
}

/// Follows the time from the outermost query to its table, and checks each query on the way.
void check_path(Query* query, const Var& time) {
  if (is_nullable(reinterpret_cast<Node*>(query->jointree), static_cast<int>(time.varno))) {
    refuse("the hypertable on the outer side of a join",
           "Rows without a partner would have no time, and belong to no bucket.");
  }
  const RangeTblEntry* entry = rt_fetch(time.varno, query->rtable);
  Query* inner = entry->rtekind == RTE_SUBQUERY ? entry->subquery : nullptr;
  if (entry->rtekind == RTE_CTE) {
    ListCell* cell;
    foreach (cell, query->cteList) {
      const auto* table = lfirst_node(CommonTableExpr, cell);
      if (strcmp(table->ctename, entry->ctename) == 0) inner = castNode(Query, table->ctequery);
    }
  }
  if (inner == nullptr) return;
  check_inner(*inner);
  Node* next = reinterpret_cast<Node*>(get_tle_by_resno(inner->targetList, time.varattno)->expr);
  while (IsA(next, RelabelType)) next = reinterpret_cast<Node*>(castNode(RelabelType, next)->arg);
  check_path(inner, *castNode(Var, next));
}

/// What the tables of a query are.
struct Tables {
  int sources;
  bool in_view;
};

bool find_tables(Node* node, void* context);

void count_table(const RangeTblEntry& entry, Tables& tables) {
  if (entry.relkind == RELKIND_VIEW) {
    if (AggregateTable::find(entry.relid)) {
      ++tables.sources;
      return;
    }
    Tables inner = {0, true};
    // Not the view's own OLD and NEW, which its rule has in its range table.
    Query* query = query_of(entry.relid);
    ListCell* cell;
    int index = 0;
    foreach (cell, query->rtable) {
      auto* table = lfirst_node(RangeTblEntry, cell);
      if (++index <= 2 && table->relid == entry.relid) table->rtekind = RTE_RESULT;
    }
    find_tables(reinterpret_cast<Node*>(query), &inner);
    if (inner.sources > 0) {
      refuse("a view over a hypertable in its query",
             "Only the hypertable's own columns are known.", "Select from the hypertable itself.");
    }
    return;
  }
  if (pg::entry([&] { return catalog::cached_hypertable(entry.relid); }) == nullptr) return;
  ++tables.sources;
  if (tables.in_view) return;
  if (!entry.inh) refuse("ONLY before the hypertable", "Its rows are in its chunks.");
  if (entry.tablesample != nullptr) refuse("TABLESAMPLE", "Its results would differ each time.");
}

bool find_tables(Node* node, void* context) {
  if (node == nullptr) return false;
  if (!IsA(node, Query)) return pg::walk_expression(node, find_tables, context);
  auto* query = castNode(Query, node);
  ListCell* cell;
  foreach (cell, query->rtable) {
    const auto* entry = lfirst_node(RangeTblEntry, cell);
    if (entry->rtekind == RTE_RELATION) count_table(*entry, *static_cast<Tables*>(context));
  }
  return pg::walk_query(query, find_tables, context);
}

bool is_clock(Oid function, void*) {
  return function == F_NOW || function == F_STATEMENT_TIMESTAMP ||
         function == F_TRANSACTION_TIMESTAMP;
}

bool reads_clock(Node* node, void* context) {
  if (node == nullptr) return false;
  if (IsA(node, SQLValueFunction)) return true;
  if (check_functions_in_node(node, is_clock, nullptr)) return true;
  if (IsA(node, Query)) return pg::walk_query(castNode(Query, node), reads_clock, context);
  return pg::walk_expression(node, reads_clock, context);
}

void check_determinism(Query* query) {
  auto* tree = reinterpret_cast<Node*>(query);
  if (contain_volatile_functions(tree)) {
    refuse("volatile functions", "Each refresh would give another result.");
  }
  if (reads_clock(tree, nullptr)) {
    refuse("now(), current_date, current_user and the like",
           "A bucket must mean the same whenever it is computed, and by whom.",
           "Put conditions on now() in queries that read the continuous aggregate.");
  }
  if (contain_mutable_functions(tree)) {
    ereport(
        WARNING,
        (errmsg("the query has functions that depend on settings such as TimeZone"),
         errdetail("Stored results are those of the session that refreshed."),
         errhint("Name the time zone: \"time AT TIME ZONE 'UTC'\" instead of \"time::date\".")));
  }
}

void check_source(const Definition& definition) {
  const Oid relation =
      OidIsValid(definition.source_view) ? definition.source_view : definition.source;
  if (!pg_class_ownercheck(relation, GetUserId())) {
    aclcheck_error(ACLCHECK_NOT_OWNER,
                   OidIsValid(definition.source_view) ? OBJECT_VIEW : OBJECT_TABLE,
                   get_rel_name(relation));
  }
  check_row_security(definition);
}

/// Every bucket must consist of whole buckets of the aggregate below.
void check_nesting(const Definition& definition) {
  if (!OidIsValid(definition.source_view)) return;
  const auto below = AggregateTable::find(definition.source_view);
  const Definition lower = find_definition(query_of(below->definition));
  const bool fits = pg::entry([&] {
    // Two thousand buckets: all that widths, origins and offsets can differ in shows in few of
    // them, changes of the clock in some years of days.
    return !misfit(edges_of(definition.bucket), edges_of(lower.bucket), 0, 2000);
  });
  if (fits) return;
  refuse("buckets that cut those of the continuous aggregate it reads",
         "Each bucket must consist of whole buckets of that one: of a multiple of its width, with "
         "the same origin, offset and time zone.");
}

void check_bucket(Query* query, Definition& definition) {
  const int count = find_buckets(query, definition);
  if (count == 0) {
    refuse("a query without time_bucket() of the hypertable's time column in GROUP BY",
           "Buckets of time are what is stored, and computed again after changes.",
           "Group by time_bucket(width, column), and by other columns as you like.");
  }
  if (count > 1) {
    refuse("several buckets in GROUP BY", "One of them must say which rows belong together.",
           "Make a continuous aggregate for each, perhaps one over the other.");
  }
  if (!fold_arguments(definition.bucket)) {
    refuse("a bucket whose width, origin, offset or time zone is no constant",
           "All buckets must be of one kind.");
  }
  const auto* target = get_tle_by_resno(query->targetList, definition.bucket_column);
  if (target->resjunk) {
    refuse("a bucket that is not selected", "Results are stored by bucket.",
           "Add the time_bucket() call to the select list.");
  }
  pg::entry([&] { (void)edges_of(definition.bucket).start_of(0); });  // reports a bad width
}

}  // namespace

Definition check_definition(Query* query) {
  check_row_by_row(*query);
  if (query->groupingSets != NIL) {
    refuse("GROUPING SETS, ROLLUP or CUBE", "Totals over all time belong to no bucket.", kOnTop);
  }
  Tables tables = {0, false};
  find_tables(reinterpret_cast<Node*>(query), &tables);
  if (tables.sources == 0) {
    refuse("a query without a hypertable", "There is nothing whose changes could be followed.",
           "Use create_hypertable(), or an ordinary materialized view.");
  }
  if (tables.sources > 1) {
    refuse("more than one hypertable or continuous aggregate in its query",
           "The changes of one are followed.", "Join it with ordinary tables only.");
  }
  Definition definition = {};
  check_bucket(query, definition);
  check_path(query, *definition.time);
  check_determinism(query);
  check_source(definition);
  check_nesting(definition);
  return definition;
}

}  // namespace varve::continuous_aggregate
