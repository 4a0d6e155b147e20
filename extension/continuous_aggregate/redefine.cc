// ALTER MATERIALIZED VIEW ... ADD COLUMN, replace_continuous_aggregate(aggregate regclass, query
// text).
//
// The results stay, those of the new columns are NULL, and everything counts as stale but what is
// frozen: so history whose rows have gone is kept, and the rest is computed by the next refresh.
#include "extension/continuous_aggregate/redefine.h"

#include "extension/continuous_aggregate/definition.h"
#include "extension/continuous_aggregate/parts.h"
#include "extension/continuous_aggregate/sql.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <catalog/pg_class.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <parser/analyze.h>
#include <parser/parser.h>
#include <tcop/tcopprot.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/guc.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::continuous_aggregate {
namespace {

struct ColumnType {
  Oid type;
  int32 typmod;
  Oid collation;

  friend bool operator==(const ColumnType&, const ColumnType&) = default;
};

int columns_of(Oid relation) {
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
  const int count = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relnatts;
  ReleaseSysCache(tuple);
  return count;
}

ColumnType type_of_column(Oid relation, AttrNumber column) {
  ColumnType result = {};
  get_atttypetypmodcoll(relation, column, &result.type, &result.typmod, &result.collation);
  return result;
}

ColumnType type_of_target(const TargetEntry& target) {
  const auto* value = reinterpret_cast<const Node*>(target.expr);
  return {exprType(value), exprTypmod(value), exprCollation(value)};
}

/// The results that have been stored must fit the query.
void check_columns(const Aggregate& aggregate, const Query& query) {
  const int known = columns_of(aggregate.relation);
  int count = 0;
  ListCell* cell;
  foreach (cell, query.targetList) {
    const auto* target = lfirst_node(TargetEntry, cell);
    if (target->resjunk) continue;
    const auto column = static_cast<AttrNumber>(++count);
    if (column > known) continue;
    const char* name = get_attname(aggregate.relation, column, false);
    if (strcmp(target->resname, name) == 0 &&
        type_of_target(*target) == type_of_column(aggregate.materialization, column)) {
      continue;
    }
    ereport(ERROR, (errcode(ERRCODE_INVALID_TABLE_DEFINITION),
                    errmsg("column %d of the query must be \"%s\" of type %s", count, name,
                           format_type_be(get_atttype(aggregate.materialization, column))),
                    errdetail("Results of it are stored; new columns come behind.")));
  }
  if (count >= known) return;
  ereport(ERROR,
          (errcode(ERRCODE_INVALID_TABLE_DEFINITION),
           errmsg("the query lacks column \"%s\"",
                  get_attname(aggregate.relation, static_cast<AttrNumber>(count + 1), false)),
           errdetail("Columns of a continuous aggregate cannot be removed.")));
}

bool is_same(const BucketCall& a, const BucketCall& b) {
  if (a.call->funcid != b.call->funcid || a.type != b.type) return false;
  if (list_length(a.call->args) != list_length(b.call->args)) return false;
  for (int i = 0; i < list_length(a.call->args); ++i) {
    if (i != a.time_argument && !equal(list_nth(a.call->args, i), list_nth(b.call->args, i))) {
      return false;
    }
  }
  return true;
}

void check_buckets(const Definition& before, const Definition& after) {
  if (before.source == after.source && before.bucket_column == after.bucket_column &&
      is_same(before.bucket, after.bucket)) {
    return;
  }
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("the query must read the same hypertable in the same buckets"),
                  errdetail("What has been stored, and what is stale, is known by bucket."),
                  errhint("Create another continuous aggregate.")));
}

void add_columns(const Aggregate& aggregate, const Query& query) {
  const int known = columns_of(aggregate.materialization);
  ListCell* cell;
  foreach (cell, query.targetList) {
    const auto* target = lfirst_node(TargetEntry, cell);
    if (target->resjunk || target->resno <= known) continue;
    execute(psprintf("ALTER TABLE %s ADD COLUMN %s", qualified_name(aggregate.materialization),
                     column_definition(*target)));
  }
}

void replace_view(Oid view, const char* select) {
  execute(psprintf("CREATE OR REPLACE VIEW %s AS %s", qualified_name(view), select));
}

/// With SPI connected.
void redefine(std::int32_t id, Query* query) {
  acquire(Lock::kRanges, id, true);  // a batch of a refresh under way ends first
  const auto aggregate = AggregateTable::find_by_id(id);
  if (!aggregate) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("the continuous aggregate was dropped meanwhile")));
  }
  const Definition before = find_definition(query_of(aggregate->definition));
  Definition after = check_definition(query);
  check_buckets(before, after);
  check_columns(*aggregate, *query);

  add_columns(*aggregate, *query);
  replace_view(aggregate->definition, text_of(query));
  bound_time(after, watermark_call(id, after.bucket.type), nullptr);
  replace_view(aggregate->recent, text_of(query));
  replace_view(aggregate->relation, select_of(*aggregate, aggregate->materialized_only));
  execute(psprintf("INSERT INTO varve_catalog.aggregate_stale VALUES (%d, %lld, %lld)", id,
                   static_cast<long long>(kBeforeAll), static_cast<long long>(kAfterAll)));
  CacheInvalidateRelcacheByRelid(aggregate->materialization);
}

/// The query of the aggregate, its columns named as they are now.
Query* present_query(const Aggregate& aggregate) {
  Query* query = query_of(aggregate.definition);
  ListCell* cell;
  foreach (cell, query->targetList) {
    auto* target = lfirst_node(TargetEntry, cell);
    if (!target->resjunk) {
      target->resname = get_attname(aggregate.definition, target->resno, false);
    }
  }
  return query;
}

SelectStmt* parsed(const char* text) {
  List* statements = raw_parser(text, RAW_PARSE_DEFAULT);
  if (list_length(statements) == 1 && IsA(linitial_node(RawStmt, statements)->stmt, SelectStmt)) {
    return castNode(SelectStmt, linitial_node(RawStmt, statements)->stmt);
  }
  ereport(ERROR,
          (errcode(ERRCODE_SYNTAX_ERROR), errmsg("a continuous aggregate is made of one SELECT")));
  pg_unreachable();
}

Query* analyzed(SelectStmt* statement, const char* text) {
  auto* raw = makeNode(RawStmt);
  raw->stmt = reinterpret_cast<Node*>(statement);
  return parse_analyze_fixedparams(raw, text, nullptr, 0, nullptr);
}

/// What `text` means to whoever has nothing but pg_catalog on the search path.
Query* canonical(const char* text) {
  const int level = restrict_search_path();
  Query* query = analyzed(parsed(text), text);
  AtEOXact_GUC(false, level);
  return query;
}

/// Names of what stands there already could mean something else on the search path of the user, by
/// which the new column is read.
void check_rest(const Query& query, const char* name, const char* before) {
  auto* rest = static_cast<Query*>(copyObject(const_cast<Query*>(&query)));
  ListCell* cell;
  foreach (cell, rest->targetList) {
    const auto* target = lfirst_node(TargetEntry, cell);
    if (!target->resjunk && strcmp(target->resname, name) == 0) {
      rest->targetList = foreach_delete_current(rest->targetList, cell);
    }
  }
  if (strcmp(text_of(rest), text_of(canonical(before))) == 0) return;
  ereport(ERROR, (errcode(ERRCODE_AMBIGUOUS_FUNCTION),
                  errmsg("the query would read differently on the search path of this session"),
                  errhint("Use a search_path on which nothing hides what PostgreSQL has.")));
}

const Constraint& computed_by(const ColumnDef& column) {
  if (list_length(column.constraints) == 1) {
    const auto* constraint = linitial_node(Constraint, column.constraints);
    if (constraint->contype == CONSTR_GENERATED) return *constraint;
  }
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("a column of a continuous aggregate must be computed, and nothing else"),
                  errhint("Add it as \"%s\" type GENERATED ALWAYS AS (an aggregate) STORED.",
                          column.colname)));
  pg_unreachable();
}

Query* with_column(const Aggregate& aggregate, const ColumnDef& column, const char* text) {
  auto* cast = makeNode(TypeCast);
  cast->arg = static_cast<Node*>(copyObject(computed_by(column).raw_expr));
  cast->typeName = static_cast<TypeName*>(copyObject(column.typeName));
  cast->location = -1;
  auto* target = makeNode(ResTarget);
  target->name = column.colname;
  target->val = reinterpret_cast<Node*>(cast);
  target->location = -1;
  const char* before = text_of(present_query(aggregate));
  SelectStmt* select = parsed(before);
  select->targetList = lappend(select->targetList, target);
  Query* query = analyzed(select, text);
  check_rest(*query, column.colname, before);
  return query;
}

void replace(const Aggregate& aggregate, const char* text) {
  SPI_connect();
  redefine(aggregate.id, query_of_text(text));
  SPI_finish();
}

}  // namespace

Query* query_of_text(const char* text) { return analyzed(parsed(text), text); }

void add_column(const Aggregate& aggregate, const AlterTableCmd& command, const char* text) {
  const auto* column = castNode(ColumnDef, command.def);
  if (get_attnum(aggregate.relation, column->colname) != InvalidAttrNumber) {
    ereport(
        command.missing_ok ? NOTICE : ERROR,
        (errcode(ERRCODE_DUPLICATE_COLUMN),
         errmsg("column \"%s\" of continuous aggregate \"%s\" already exists%s", column->colname,
                get_rel_name(aggregate.relation), command.missing_ok ? ", skipping" : "")));
    return;
  }
  SPI_connect();
  redefine(aggregate.id, with_column(aggregate, *column, text));
  SPI_finish();
}

}  // namespace varve::continuous_aggregate

// replace_continuous_aggregate(continuous_aggregate regclass, query text) returns void
VARVE_SQL_FUNCTION(varve_replace_continuous_aggregate) {
  using namespace varve::continuous_aggregate;  // NOLINT(google-build-using-namespace)
  varve::pg::call([&] {
    PreventCommandIfReadOnly("replace_continuous_aggregate()");
    const Oid relation = PG_GETARG_OID(0);
    const auto aggregate = AggregateTable::find(relation);
    if (!aggregate) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("\"%s\" is not a continuous aggregate",
                             get_rel_name(relation) != nullptr ? get_rel_name(relation) : "?")));
    }
    if (!pg_class_ownercheck(relation, GetUserId())) {
      aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_MATVIEW, get_rel_name(relation));
    }
    replace(*aggregate, text_to_cstring(PG_GETARG_TEXT_PP(1)));
  });
  PG_RETURN_VOID();
}
