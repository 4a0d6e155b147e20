#include "extension/continuous_aggregate/stored.h"

#include <algorithm>

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/ownership.h"
#include "extension/chunk/coordinate.h"
#include "extension/continuous_aggregate/changed_results.h"
#include "extension/continuous_aggregate/results_writer.h"
#include "extension/continuous_aggregate/sql.h"
#include "extension/vectorized/wanted_groups.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <access/relation.h>
#include <catalog/pg_class.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <storage/lmgr.h>
#include <utils/builtins.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/ruleutils.h>
#include <utils/syscache.h>
}

namespace varve::continuous_aggregate {
namespace {

/// A literal of the type; C.
const char* literal(Oid type, Datum value) {
  Oid output = InvalidOid;
  bool is_varlena = false;
  getTypeOutputInfo(type, &output, &is_varlena);
  // Dates as ISO writes them, whatever the session likes: they are read back at once.
  const int level = NewGUCNestLevel();
  (void)set_config_option("datestyle", "ISO", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                          false);
  const char* text = OidOutputFunctionCall(output, value);
  AtEOXact_GUC(false, level);
  return psprintf("%s::%s", quote_literal_cstr(text), format_type_be_qualified(type));
}

bool has_end(const Definition& definition, std::int64_t coordinate) {
  const chunk::Extent extent = chunk::extent_of(definition.bucket.start_type);
  return coordinate >= extent.lowest && coordinate < extent.highest;
}

}  // namespace

Range cell_of_results(const Aggregate& aggregate, std::int64_t bucket) {
  const auto results = catalog::HypertableTable::find_by_id(aggregate.id).value();
  const Oid type = pg::call([&] { return getBaseType(results.column_type); });
  const chunk::Extent extent = chunk::extent_of(type);
  const chunk::Slice cell = chunk::slice_of(
      bucket, results.chunk_interval, chunk::grid_origin_of(type), extent.lowest, extent.highest);
  return {cell.begin, cell.end};
}

std::optional<std::int64_t> newest(Oid hypertable) {
  const auto row = catalog::HypertableTable::find(hypertable);
  if (!row) return std::nullopt;
  const Oid type = pg::call([&] { return getBaseType(row->column_type); });
  const auto chunks = catalog::ChunkTable::of_hypertable(row->id);
  for (std::size_t i = chunks.count; i-- > 0;) {
    const chunk::Slice slice = chunks.rows[i].slice;
    const Datum begin = chunk::datum_of(slice.begin, type);
    bool found = false;
    const Datum value = pg::call([&] {
      const char* column = quote_identifier(NameStr(row->column));
      execute_as(catalog::owner_of(hypertable),
                 psprintf("SELECT %s::%s FROM %s WHERE %s >= %s ORDER BY 1 DESC LIMIT 1", column,
                          format_type_be_qualified(type), qualified_name(hypertable), column,
                          literal(type, begin)));
      found = SPI_processed > 0;
      bool is_null = true;
      return found ? SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null)
                   : Datum{0};
    });
    if (found) return chunk::coordinate_of(value, type);
  }
  return std::nullopt;
}

std::optional<Range> extent_of_chunks(std::int32_t hypertable_id) {
  const auto chunks = catalog::ChunkTable::of_hypertable(hypertable_id);
  if (chunks.count == 0) return std::nullopt;
  return Range{chunks.rows[0].slice.begin, chunks.rows[chunks.count - 1].slice.end};
}

std::optional<Range> extent_of_rows(const Aggregate& aggregate) {
  const auto rows = extent_of_chunks(aggregate.source_id);
  const auto results = extent_of_chunks(aggregate.id);
  if (!rows || !results) return rows ? rows : results;
  return Range{std::min(rows->begin, results->begin), std::max(rows->end, results->end)};
}

std::string query_text(const Definition& definition, Range range, const ChangedGroups* groups) {
  return pg::call([&] {
    Definition part = find_definition(static_cast<Query*>(copyObject(definition.query)));
    read_stored(part);
    bound_time(part, time_constant(part, range.begin), time_constant(part, range.end));
    if (groups != nullptr) {
      Expr* wanted = vectorized::wanted_group_condition(copyObject(groups->keys));
      FromExpr* from = part.query->jointree;
      from->quals = make_and_qual(from->quals, reinterpret_cast<Node*>(wanted));
    }
    const int level = restrict_search_path();
    const char* text = pg_get_querydef(part.query, false);
    AtEOXact_GUC(false, level);
    return text;
  });
}

std::string in_range(const Aggregate& aggregate, const Definition& definition, Range range) {
  std::string where = " WHERE true";
  const Oid type = definition.bucket.start_type;
  const auto condition = [&](const char* comparison, std::int64_t coordinate) {
    if (!has_end(definition, coordinate)) return;
    const Datum value = chunk::datum_of(coordinate, type);
    where += pg::call([&]() -> const char* {
      return psprintf(" AND %s %s %s",
                      quoted_column(aggregate.materialization, aggregate.bucket_column), comparison,
                      literal(type, value));
    });
  };
  condition(">=", range.begin);
  condition("<", range.end);
  return where;
}

namespace {

/// A mean of results that are stored, computed and hashed; more than this are replaced as a whole.
std::int64_t max_compared_rows() { return std::int64_t{maintenance_work_mem} * 1024 / 100; }

/// Whoever moves the rows of a chunk waits until we have written: their places are known until
/// then.
void lock_chunks(const Aggregate& aggregate, Range range) {
  pg::call([&] { LockRelationOid(aggregate.materialization, RowExclusiveLock); });
  const auto chunks = catalog::ChunkTable::of_hypertable(aggregate.id);
  for (std::size_t i = 0; i < chunks.count; ++i) {
    const chunk::Slice slice = chunks.rows[i].slice;
    if (!overlap(range, {slice.begin, slice.end})) continue;
    pg::call([&] { LockRelationOid(chunks.rows[i].relation, RowExclusiveLock); });
  }
}

/// A refresh is maintenance, and has the memory for it: of groups, sorts and joins. Until the end
/// of run_as().
void allow_maintenance_memory() {
  if (work_mem >= maintenance_work_mem) return;
  (void)set_config_option("work_mem", psprintf("%d", maintenance_work_mem), PGC_USERSET,
                          PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/// Puts what `query` gives in place of the stored results that `where` has, all in the range.
void replace(const Aggregate& aggregate, const Definition& definition, Oid owner, Range range,
             const std::string& where, const std::string& query) {
  const std::string table = pg::call([&] { return qualified_name(aggregate.materialization); });
  const std::string columns = pg::call([&] { return column_list(aggregate.materialization); });
  const std::string stored = "SELECT tableoid, ctid, " + columns + " FROM " + table + where;
  const std::string remove = "DELETE FROM " + table + where;
  lock_chunks(aggregate, range);
  const std::int64_t max_rows = max_compared_rows();
  const ResultsWriter writer;
  pg::call([&] {
    run_as(owner, [&] {
      allow_maintenance_memory();
      ChangedResults changed(aggregate.materialization, aggregate.bucket_column,
                             key_columns(definition), max_rows);
      if (!changed.read_stored(stored.c_str())) {
        (void)SPI_execute(remove.c_str(), false, 0);
        changed.forget_stored();
      }
      changed.read_new(query.c_str());
      changed.delete_gone();
      changed.replace_changed();
      changed.insert_new();
    });
  });
}

void replace_groups(const Aggregate& aggregate, const Definition& definition, Oid owner,
                    Range range, const ChangedGroups& groups) {
  pg::call([&] {
    ereport(DEBUG1,
            (errmsg_internal("changed groups that are computed: %zu", groups.hashes.size())));
  });
  if (groups.hashes.size() == 0) return;
  const vectorized::WantedGroups wanted(groups.hashes);
  std::string where = in_range(aggregate, definition, range);
  where += pg::call([&] { return in_groups(groups, aggregate.materialization); });
  replace(aggregate, definition, owner, range, where, query_text(definition, range, &groups));
  pg::call([&] { pfree(groups.hashes.memory().data()); });
}

}  // namespace

void replace_results(const Aggregate& aggregate, const Definition& definition, Oid owner,
                     Range range, const std::optional<Insertions>& insertions) {
  const auto groups = pg::call([&] {
    std::optional<ChangedGroups> found;
    if (insertions) {
      run_as(owner, [&] {
        found = find_changed_groups(definition, aggregate.source_id, range, *insertions);
      });
    }
    return found;
  });
  if (groups) return replace_groups(aggregate, definition, owner, range, *groups);
  replace(aggregate, definition, owner, range, in_range(aggregate, definition, range),
          query_text(definition, range));
}

}  // namespace varve::continuous_aggregate
