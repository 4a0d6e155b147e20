// split_chunk(): a chunk is cut in two. The chunk keeps what lies before the point; the rest
// becomes a new one.
#include "extension/chunk/attach.h"
#include "extension/chunk/bound.h"
#include "extension/chunk/coordinate.h"
#include "extension/chunk/create.h"
#include "extension/chunk/frozen.h"
#include "extension/chunk/maintain/analyze.h"
#include "extension/chunk/maintain/chunk_argument.h"
#include "extension/chunk/maintain/columns.h"
#include "extension/chunk/maintain/exchange_lock.h"
#include "extension/chunk/maintain/ranges.h"
#include "extension/chunk/maintain/rewrite.h"
#include "extension/chunk/maintain/row_versions.h"
#include "extension/chunk/maintain/tablespace.h"
#include "extension/chunk/maintain/time_column.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/indexing.h>
#include <catalog/pg_class.h>
#include <commands/tablecmds.h>
#include <storage/bufmgr.h>
#include <storage/lmgr.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

constexpr const char* kFunction = "split_chunk()";

Oid dimension_type_of(const OwnChunk& chunk) {
  return pg::call([&] { return getBaseType(chunk.hypertable.column_type); });
}

/// Where the second part shall begin: a value of the dimension's type, which for a date is
/// midnight.
std::int64_t split_point(FunctionCallInfo fcinfo, const OwnChunk& chunk) {
  const Oid type = dimension_type_of(chunk);
  const Slice slice = chunk.chunk.slice;
  const auto given = range_bound(fcinfo, 1, "split_at", chunk.hypertable);
  std::int64_t point = given ? *given : middle_of(slice);
  if (cuts(point, slice)) point = coordinate_of(datum_of(point, type), type);
  if (cuts(point, slice)) return point;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     given ? "the point to split at does not lie inside the chunk"
                           : "the chunk is too narrow to be split");
}

OwnChunk lock_against_writers(const OwnChunk& chunk) {
  lock_hypertable_of(chunk, ShareUpdateExclusiveLock);
  pg::call([&] { LockRelationOid(chunk.chunk.relation, ExclusiveLock); });
  const OwnChunk locked = current(chunk);
  require_whole_slice(locked, kFunction);
  require_rows_or_columns(locked.chunk.relation, kFunction);
  pg::call(
      [&] { require_not_frozen(locked.chunk.relation, ERRCODE_FEATURE_NOT_SUPPORTED, "split"); });
  return locked;
}

void require_unused(Oid chunk) {
  pg::call([&] {
    Relation table = table_open(chunk, NoLock);
    CheckTableNotInUse(table, "split chunk");
    table_close(table, NoLock);
  });
}

/// What pg_class says of a new table that has taken rows over.
void store_age_and_size(Oid chunk, const VersionTarget& target) {
  Relation relation = table_open(chunk, NoLock);
  const BlockNumber pages = RelationGetNumberOfBlocks(relation);
  const Oid toast = relation->rd_rel->reltoastrelid;
  table_close(relation, NoLock);
  set_age(toast, target.limits);
  Relation table = table_open(RelationRelationId, RowExclusiveLock);
  HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(chunk));
  auto* row = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
  row->relfrozenxid = target.limits.xid;
  row->relminmxid = target.limits.multi;
  row->relpages = static_cast<int32>(pages);
  row->reltuples = static_cast<float4>(target.rows);
  CatalogTupleUpdate(table, &tuple->t_self, tuple);
  table_close(table, RowExclusiveLock);
  CommandCounterIncrement();
}

/// What has become of the rows of the chunk.
struct Parts {
  Rewrite rewrite;
  bool in_columns;
  ColumnCount counts[2];
};

/// The rows before `point` in new files for the chunk, the others in the table `rest`.
Parts rewrite_apart(const OwnChunk& chunk, std::int64_t point, Oid rest) {
  Relation source = table_open(chunk.chunk.relation, NoLock);
  Rewrite rewrite =
      begin_rewrite(source, {tablespace_of_relation(chunk.chunk.relation), false, InvalidOid});
  const bool in_columns = is_columnar(chunk.chunk.relation);
  if (in_columns) {
    columns().prepare(rewrite.transient);
    columns().prepare(rest);
  }
  expect_foreign_snapshots(rest);
  VersionTarget targets[] = {
      {table_open(rewrite.transient, AccessExclusiveLock), rewrite.limits, point, 0},
      {table_open(rest, AccessExclusiveLock), rewrite.limits, chunk.chunk.slice.end, 0}};
  const TimeColumn time = time_column_of(source, chunk.hypertable);
  Parts parts = {rewrite, in_columns, {}};
  copy_versions(source, time, targets, 2);
  if (in_columns) columns().divide(source, time, chunk.hypertable.id, targets, parts.counts);
  table_close(targets[0].table, NoLock);
  table_close(targets[1].table, NoLock);
  table_close(source, NoLock);
  build_indexes(parts.rewrite, targets[0].rows);
  store_age_and_size(rest, targets[1]);
  return parts;
}

/// Once the new chunk has its indexes, and nobody reads the old files.
void become_columnar(const Parts& parts, const catalog::Chunk& chunk, const catalog::Chunk& rest) {
  if (!parts.in_columns) return;
  columns().become(rest.relation);
  columns().divided(chunk, rest, parts.counts);
}

void split(const OwnChunk& chunk, std::int64_t point) {
  const Oid relation = chunk.chunk.relation;
  const Slice before = {chunk.chunk.slice.begin, point};
  const Slice after = {point, chunk.chunk.slice.end};
  require_unused(relation);
  const bool analyzed = pg::call([&] { return has_statistics(relation); });
  Relation parent = pg::call([&] { return table_open(chunk.hypertable.relation, NoLock); });
  const RestrictedUser user = pg::call([&] { return become_owner(parent); });

  catalog::ChunkTable::update(
      {chunk.chunk.id, chunk.hypertable.id, relation, before, chunk.chunk.created});
  const Oid rest = create_table(parent, chunk.hypertable, after);
  const auto row = catalog::ChunkTable::find(rest);
  // Rows do not become younger by a split.
  catalog::ChunkTable::update({row->id, row->hypertable_id, rest, after, chunk.chunk.created});
  const Parts parts = pg::call([&] { return rewrite_apart(chunk, point, rest); });
  // Others see that once the transaction commits, together with the new chunk and the new files;
  // until the files are exchanged they can read the old ones.
  pg::call([&] { change_bound(parent, relation, before); });
  attach(parent, chunk.hypertable, rest, after);
  pg::call([&] {
    lock_for_exchange(relation);
    finish_rewrite(parts.rewrite);
    become_columnar(parts, chunk.chunk, *row);
    become_again(user);
    table_close(parent, NoLock);
    if (!analyzed) return;
    analyze(relation);
    analyze(rest);
  });
}

void split_chunk(FunctionCallInfo fcinfo) {
  const OwnChunk chunk = lock_against_writers(own_chunk(fcinfo->args[0], kFunction));
  split(chunk, split_point(fcinfo, chunk));
}

}  // namespace
}  // namespace varve::chunk

// split_chunk(chunk regclass, split_at "any")
VARVE_SQL_FUNCTION(varve_split_chunk) {
  varve::chunk::split_chunk(fcinfo);
  PG_RETURN_VOID();
}
