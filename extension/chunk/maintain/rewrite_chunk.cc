#include "extension/chunk/maintain/rewrite_chunk.h"

#include <string>

#include "extension/chunk/divided_slice.h"
#include "extension/chunk/maintain/columns.h"
#include "extension/chunk/maintain/exchange_lock.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_class.h>
#include <commands/cluster.h>
#include <commands/tablecmds.h>
#include <storage/lmgr.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::chunk {
namespace {

Oid clustered_index(Relation chunk) {
  ListCell* cell;
  foreach (cell, RelationGetIndexList(chunk)) {
    if (get_index_isclustered(lfirst_oid(cell))) return lfirst_oid(cell);
  }
  ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                  errmsg("chunk \"%s\" has not been ordered by an index before",
                         RelationGetRelationName(chunk)),
                  errhint("Name the index.")));
}

/// The chunk's own index that is meant by one of its hypertable.
Oid partition_of(Relation chunk, Oid index) {
  if (get_rel_relkind(index) != RELKIND_PARTITIONED_INDEX) return index;
  const Oid own = index_of_chunk(RelationGetRelid(chunk), index);
  if (OidIsValid(own)) return own;
  ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                  errmsg("\"%s\" is not an index of the hypertable of chunk \"%s\"",
                         get_rel_name(index), RelationGetRelationName(chunk))));
}

Oid order_of(Relation chunk, Oid index) {
  if (!OidIsValid(index)) return clustered_index(chunk);
  if (get_rel_name(index) == nullptr) {
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("index with OID %u does not exist", index)));
  }
  const Oid own = partition_of(chunk, index);
  check_index_is_clusterable(chunk, own, AccessShareLock);
  return own;
}

void remember_order(Oid chunk, Oid index) {
  Relation table = table_open(chunk, NoLock);
  mark_index_clustered(table, index, true);
  table_close(table, NoLock);
  CommandCounterIncrement();
}

void report(Oid chunk, double rows, Oid index, int level) {
  if (OidIsValid(index)) {
    ereport(level, (errmsg("rewrote chunk \"%s\": %.0f rows in the order of index \"%s\"",
                           get_rel_name(chunk), rows, get_rel_name(index))));
  } else {
    const char* kind = is_columnar(chunk) ? " beside its columns" : "";
    ereport(level, (errmsg("rewrote chunk \"%s\": %.0f rows%s", get_rel_name(chunk), rows, kind)));
  }
}

std::int64_t size_of(Oid chunk) {
  return DatumGetInt64(DirectFunctionCall1(pg_total_relation_size, ObjectIdGetDatum(chunk)));
}

/// Columns have an order of their own.
[[noreturn]] void throw_ordered_columns(Oid chunk) {
  const std::string name = pg::call([&] { return get_rel_name(chunk); });
  throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                     "chunk \"" + name + "\" is in columns, which no index orders", {},
                     "Set tsdb.orderby of the hypertable, and call convert_to_columnstore(chunk, "
                     "recompress => true).");
}

std::int64_t rewrite_locked(Oid chunk, const NewFiles& files, int level) {
  Relation table = table_open(chunk, NoLock);
  CheckTableNotInUse(table, "rewrite chunk");
  const Oid index = files.ordered ? order_of(table, files.index) : InvalidOid;
  const RestrictedUser before = become_owner(table);
  Rewrite rewrite = begin_rewrite(table, files.placement);
  if (is_columnar(chunk)) columns().prepare(rewrite.transient);
  const double rows = copy_rows(rewrite, table, index);
  table_close(table, NoLock);
  build_indexes(rewrite, rows);
  lock_for_exchange(chunk);
  finish_rewrite(rewrite);
  if (OidIsValid(index)) remember_order(chunk, index);
  become_again(before);
  report(chunk, rows, index, level);
  return size_of(chunk);
}

}  // namespace

std::int64_t rewrite_chunk(const OwnChunk& chunk, const NewFiles& files, int level,
                           const char* function) {
  const OwnChunk known = lock_hypertable_of(chunk, AccessShareLock);
  const Oid relation = known.chunk.relation;
  pg::call([&] { LockRelationOid(relation, ExclusiveLock); });
  current(known);
  require_rows_or_columns(relation, function);
  if (files.ordered && pg::call([&] { return is_columnar(relation); })) {
    throw_ordered_columns(relation);
  }
  return pg::call([&] { return rewrite_locked(relation, files, level); });
}

}  // namespace varve::chunk
