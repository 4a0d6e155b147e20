// verify_continuous_aggregate(continuous_aggregate regclass, window_start "any", window_end "any")
//   returns table(bucket text, missing_rows bigint, extra_rows bigint, reason text)
//
// Computes the query again over the rows there are, and compares group by group, all in the
// snapshot of the query that asks.
#include <algorithm>
#include <string>

#include "extension/catalog/ownership.h"
#include "extension/chunk/coordinate.h"
#include "extension/continuous_aggregate/sql.h"
#include "extension/continuous_aggregate/stored.h"
#include "extension/continuous_aggregate/window.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/relation.h>
#include <executor/spi.h>
#include <funcapi.h>
#include <lib/stringinfo.h>
#include <miscadmin.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/snapmgr.h>
#include <utils/typcache.h>
}

namespace varve::continuous_aggregate {
namespace {

/// The columns, those as text that have no equality (json, for one). C.
const char* comparable_columns(Oid relation) {
  StringInfoData list;
  initStringInfo(&list);
  Relation table = relation_open(relation, AccessShareLock);
  for (int i = 0; i < RelationGetDescr(table)->natts; ++i) {
    const FormData_pg_attribute& attribute = *TupleDescAttr(RelationGetDescr(table), i);
    if (attribute.attisdropped) continue;
    const char* name = quote_identifier(NameStr(attribute.attname));
    const bool comparable =
        OidIsValid(lookup_type_cache(attribute.atttypid, TYPECACHE_EQ_OPR)->eq_opr);
    appendStringInfo(&list, "%s%s%s", list.len > 0 ? ", " : "", name,
                     comparable ? "" : psprintf("::text AS %s", name));
  }
  relation_close(table, NoLock);
  return list.data;
}

/// Rows of (bucket, number of rows missing, number of rows too many), by bucket.
std::string comparison(const Aggregate& aggregate, const Definition& definition, Range range) {
  const std::string table = pg::call([&] { return qualified_name(aggregate.materialization); });
  const std::string names = pg::call([&] { return column_list(aggregate.materialization); });
  const std::string columns =
      pg::call([&] { return comparable_columns(aggregate.materialization); });
  const std::string bucket =
      pg::call([&] { return quoted_column(aggregate.materialization, aggregate.bucket_column); });
  const auto difference = [&](const char* from, const char* taken, const char* name) {
    return std::string(name) + " AS (SELECT " + bucket + " AS bucket, count(*) AS n FROM (TABLE " +
           from + " EXCEPT ALL TABLE " + taken + ") d GROUP BY 1)";
  };
  return "WITH fresh AS MATERIALIZED (SELECT " + columns + " FROM (" +
         query_text(definition, range) + ") q (" + names + ")), kept AS MATERIALIZED (SELECT " +
         columns + " FROM " + table + in_range(aggregate, definition, range) + "), " +
         difference("fresh", "kept", "missing") + ", " + difference("kept", "fresh", "extra") +
         " SELECT bucket, bucket::text, coalesce(missing.n, 0), coalesce(extra.n, 0) "
         "FROM missing FULL JOIN extra USING (bucket) ORDER BY 1";
}

Ranges ranges(const std::string& select, bool read_only) {
  pg::call([&] { execute(select.c_str(), read_only); });
  return merged(read_ranges());
}

/// What is known not to be up to date, and what never will be.
struct Excuses {
  Ranges pending;
  Ranges frozen;

  /// Before the comparison, in its snapshot.
  void read_pending(const Aggregate& aggregate) {
    pending =
        ranges("SELECT range_begin, range_end FROM varve_catalog.aggregate_stale WHERE id = " +
                   std::to_string(aggregate.id) +
                   " UNION ALL SELECT range_begin, range_end FROM "
                   "varve_catalog.aggregate_change WHERE source_id = " +
                   std::to_string(aggregate.source_id),
               true);
  }

  /// After it, as of now: snapshots do not keep chunks that are dropped.
  void read_frozen(const Aggregate& aggregate) {
    frozen =
        ranges("SELECT range_begin, range_end FROM varve_catalog.aggregate_frozen WHERE id = " +
                   std::to_string(aggregate.id),
               false);
  }

  [[nodiscard]] const char* of(Range bucket) const {
    if (!common(frozen, bucket).empty()) return "rows dropped";
    if (!common(pending, bucket).empty()) return "refresh pending";
    return "unexplained";
  }
};

void report(FunctionCallInfo fcinfo, const Definition& definition, const SPITupleTable* rows,
            const Excuses& excuses) {
  const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  const Edges edges = edges_of(definition.bucket);
  for (uint64 i = 0; i < rows->numvals; ++i) {
    Datum values[4];
    pg::call([&] {
      for (int column = 0; column < 4; ++column) {
        bool is_null = false;
        values[column] = SPI_getbinval(rows->vals[i], rows->tupdesc, column + 1, &is_null);
      }
    });
    const std::int64_t start = chunk::coordinate_of(values[0], definition.bucket.start_type);
    const char* reason = excuses.of({start, edges.end_of(start)});
    pg::call([&] {
      Datum row[] = {values[1], values[2], values[3], CStringGetTextDatum(reason)};
      bool nulls[4] = {};
      tuplestore_putvalues(result->setResult, result->setDesc, row, nulls);
    });
  }
}

void verify(FunctionCallInfo fcinfo) {
  const Aggregate aggregate = required_aggregate(fcinfo);
  pg::call([&] {
    if (!pg_class_ownercheck(aggregate.relation, GetUserId())) {
      aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_MATVIEW, get_rel_name(aggregate.relation));
    }
    InitMaterializedSRF(fcinfo, 0);
    SPI_connect();
  });
  const Definition definition =
      pg::call([&] { return find_definition(query_of(aggregate.definition)); });
  Range range = window_argument(fcinfo, aggregate);
  range.end = std::min(range.end,
                       pg::call([&] { return watermark_at(aggregate.id, GetActiveSnapshot()); }));
  if (!is_empty(range)) {
    range = inscribed_window(definition, range);
    Excuses excuses;
    excuses.read_pending(aggregate);
    const std::string statement = comparison(aggregate, definition, range);
    pg::call([&] { execute_as(catalog::owner_of(aggregate.relation), statement.c_str(), true); });
    const SPITupleTable* rows = SPI_tuptable;
    excuses.read_frozen(aggregate);
    report(fcinfo, definition, rows, excuses);
  }
  pg::call([] { SPI_finish(); });
}

}  // namespace
}  // namespace varve::continuous_aggregate

VARVE_SQL_FUNCTION(varve_verify_continuous_aggregate) {
  varve::continuous_aggregate::verify(fcinfo);
  return Datum{0};
}
