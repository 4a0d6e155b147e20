#include "extension/columnstore/convert.h"

#include "extension/chunk/maintain/columns.h"
#include "extension/chunk/maintain/rewrite.h"
#include "extension/columnstore/access_method.h"
#include "extension/columnstore/chunk_size.h"
#include "extension/columnstore/group_sort.h"
#include "extension/columnstore/live_rows.h"
#include "extension/columnstore/row_versions.h"
#include "extension/columnstore/sort_order.h"
#include "extension/columnstore/store.h"

extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_am.h>
#include <catalog/pg_class.h>
#include <catalog/pg_index.h>
#include <commands/tablecmds.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <storage/smgr.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::columnstore {
namespace {

/// The new files lie where the old ones do.
chunk::Placement same_place(Relation chunk) {
  return {chunk->rd_rel->reltablespace, false, InvalidOid};
}

void refuse_exclusion_constraints(Relation chunk) {
  ListCell* cell;
  foreach (cell, RelationGetIndexList(chunk)) {
    HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
    if (!HeapTupleIsValid(tuple)) continue;
    const bool excludes = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple))->indisexclusion;
    ReleaseSysCache(tuple);
    if (!excludes) continue;
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
             errmsg("chunk \"%s\" cannot become columns because of its exclusion constraint \"%s\"",
                    RelationGetRelationName(chunk), get_rel_name(lfirst_oid(cell)))));
  }
}

/// How many rows went where.
struct Count {
  std::int64_t columnar;
  std::int64_t heap;
  bool has_own;  // rows that this transaction has written stay in the heap
  Horizon horizon;
};

// --- To columns

void distribute_heap_rows(Relation chunk, TransactionId oldest, GroupSort& sort,
                          VersionWriter& rest, Count& count) {
  HeapRows rows(chunk, oldest);
  Fate fate;
  while (rows.next(fate)) {
    if (fate == Fate::kVisible) {
      sort.add(rows.slot);
      ++count.columnar;
    } else if (fate == Fate::kRecent) {
      rest.copy(rows.slot);
      ++count.heap;
      const auto* tuple = reinterpret_cast<HeapTupleTableSlot*>(rows.slot)->tuple;
      count.has_own |= TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
    } else {
      rest.skip(rows.slot);
    }
  }
  count.horizon.advance(rows.horizon.newest);
  rows.end();
}

void distribute_group_rows(Relation chunk, TransactionId oldest, GroupSort& sort,
                           VersionWriter& rest, Count& count) {
  GroupRows rows(chunk, oldest, GroupNumbers::none());
  Fate fate;
  while (rows.next(fate)) {
    if (fate == Fate::kVisible) {
      sort.add(rows.slot);
      ++count.columnar;
    } else if (fate == Fate::kRecent) {
      rest.add(rows.slot, rows.deleter);
      ++count.heap;
    }
  }
  count.horizon.advance(rows.horizon.newest);
  rows.end();
}

std::int64_t rows_of_groups(Relation chunk) {
  if (!is_columnar(RelationGetRelid(chunk))) return 0;
  std::int64_t rows = 0;
  Reader* reader = Reader::open(chunk);
  for (const GroupInfo& group : reader->groups()) rows += group.rows;
  reader->close();
  return rows;
}

/// Sends each row of the chunk to where it belongs in the transient table: into a row group, or
/// into the heap.
Count distribute(Relation chunk, const chunk::Rewrite& rewrite, const SortOrder& order,
                 std::int64_t& groups) {
  Count count = {};
  Relation target = table_open(rewrite.transient, AccessExclusiveLock);
  VersionWriter rest(chunk, target, rewrite.limits);
  Writer* writer = Writer::open(chunk, target->rd_rel->reltoastrelid, 0, order.columns,
                                static_cast<std::size_t>(order.count));
  GroupSort sort(chunk, order, *writer,
                 bytes_of_heap(chunk) + bytes_of_columns(chunk, rows_of_groups(chunk)));
  distribute_heap_rows(chunk, rewrite.limits.oldest, sort, rest, count);
  if (is_columnar(RelationGetRelid(chunk))) {
    distribute_group_rows(chunk, rewrite.limits.oldest, sort, rest, count);
  }
  sort.finish();
  groups = writer->finish();
  rest.finish();
  count.horizon.tell_standbys(target);
  table_close(target, NoLock);
  CommandCounterIncrement();
  return count;
}

void report_rest(Relation chunk, const Count& count) {
  if (count.heap == 0) return;
  ereport(count.has_own ? NOTICE : DEBUG1,
          (errmsg("%lld rows of chunk \"%s\" stay rows for now", static_cast<long long>(count.heap),
                  RelationGetRelationName(chunk)),
           errdetail("Not every running transaction sees them alike.")));
}

// --- To rows

Count copy_all(Relation chunk, const chunk::Rewrite& rewrite) {
  Relation target = table_open(rewrite.transient, AccessExclusiveLock);
  VersionWriter writer(chunk, target, rewrite.limits);
  Count count = {};
  Fate fate;
  GroupRows columnar(chunk, rewrite.limits.oldest, GroupNumbers::none());
  while (columnar.next(fate)) {
    if (fate == Fate::kDead) continue;
    writer.add(columnar.slot, fate == Fate::kRecent ? columnar.deleter : InvalidTransactionId);
    ++count.heap;
  }
  count.horizon.advance(columnar.horizon.newest);
  columnar.end();
  HeapRows rows(chunk, rewrite.limits.oldest);
  while (rows.next(fate)) {
    if (fate == Fate::kDead) {
      writer.skip(rows.slot);
    } else {
      writer.copy(rows.slot);
      ++count.heap;
    }
  }
  rows.end();
  writer.finish();
  count.horizon.tell_standbys(chunk);
  table_close(target, NoLock);
  return count;
}

}  // namespace

Conversion to_columns(Oid chunk, const Settings& settings) {
  Relation table = table_open(chunk, NoLock);
  CheckTableNotInUse(table, "convert chunk");
  refuse_exclusion_constraints(table);
  Conversion conversion = measured(table);
  const chunk::RestrictedUser before = chunk::become_owner(table);
  const SortOrder order = sort_order(table, settings);
  chunk::Rewrite rewrite = chunk::begin_rewrite(table, same_place(table));
  prepare_for_columns(rewrite.transient);

  const Count count = distribute(table, rewrite, order, conversion.groups);
  conversion.rows = count.columnar;
  report_rest(table, count);
  table_close(table, NoLock);

  chunk::build_indexes(rewrite, static_cast<double>(count.heap));
  LockRelationOid(chunk, AccessExclusiveLock);
  chunk::finish_rewrite(rewrite);
  if (!is_columnar(chunk)) set_access_method(chunk, columnar_method());
  chunk::become_again(before);
  return conversion;
}

void to_rows(Oid chunk) {
  Relation table = table_open(chunk, NoLock);
  CheckTableNotInUse(table, "convert chunk");
  const chunk::RestrictedUser before = chunk::become_owner(table);
  chunk::Rewrite rewrite = chunk::begin_rewrite(table, same_place(table), HEAP_TABLE_AM_OID);
  const Count count = copy_all(table, rewrite);
  table_close(table, NoLock);

  chunk::build_indexes(rewrite, static_cast<double>(count.heap));
  LockRelationOid(chunk, AccessExclusiveLock);
  chunk::finish_rewrite(rewrite);
  set_access_method(chunk, HEAP_TABLE_AM_OID);
  chunk::become_again(before);
}

bool is_columnar(Oid chunk) { return chunk::is_columnar(chunk); }

}  // namespace varve::columnstore
