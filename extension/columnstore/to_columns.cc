// A chunk, or what has changed of it, becomes columns.
#include <algorithm>

#include "extension/chunk/maintain/columns.h"
#include "extension/chunk/maintain/rewrite.h"
#include "extension/columnar/carry_over.h"
#include "extension/columnstore/access_method.h"
#include "extension/columnstore/beside_writers.h"
#include "extension/columnstore/chunk_size.h"
#include "extension/columnstore/convert.h"
#include "extension/columnstore/group_sort.h"
#include "extension/columnstore/group_states.h"
#include "extension/columnstore/live_rows.h"
#include "extension/columnstore/progress.h"
#include "extension/columnstore/row_versions.h"
#include "extension/columnstore/sort_order.h"

extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_index.h>
#include <commands/tablecmds.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::columnstore {
namespace {

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

/// A conversion under way, into a transient table.
struct Work {
  Relation chunk;
  chunk::Rewrite rewrite;
  Relation target;
  bool others_write;  // until the end, when they have to wait

  FoundGroups found;
  GroupNumbers carried;  // groups that come along as they are
  std::int64_t carried_groups;
  std::int64_t carried_rows;
  std::int64_t rewritten_rows;  // of the others, with the dead ones

  MovedRows moved;
  VersionWriter* rest;
  std::int64_t sorted;  // rows that become columns
  std::int64_t left;    // rows that stay rows for now
  bool has_own;         // written by this transaction
  Horizon horizon;
};

// --- Which groups

/// Rows beside the columns that are going to be columns.
std::uint64_t late_rows(Relation chunk, TransactionId oldest) {
  HeapRows rows(chunk, oldest);
  std::uint64_t count = 0;
  Fate fate;
  while (rows.next(fate)) count += fate == Fate::kVisible ? 1 : 0;
  rows.end();
  return count;
}

void find_groups(Work& work, Scope scope) {
  const TransactionId oldest = work.rewrite.limits.oldest;
  work.carried = GroupNumbers::none();
  work.found = found_groups(work.chunk, oldest);
  const std::span<const GroupState> states(work.found.states, work.found.count);
  auto* is_rewritten = static_cast<bool*>(palloc(work.found.count + 1));
  std::fill_n(is_rewritten, work.found.count, true);
  if (scope == Scope::kChanged && !states.empty()) {
    choose_groups(states, late_rows(work.chunk, oldest), is_rewritten);
  }
  for (std::size_t i = 0; i < work.found.count; ++i) {
    if (is_rewritten[i]) {
      work.rewritten_rows += states[i].rows;
      continue;
    }
    work.carried.of[work.found.numbers[i]] = static_cast<std::int32_t>(work.carried_groups++);
    work.carried_rows += states[i].rows - work.found.tombstones[i];
  }
  progress::set(progress::Count::kGroupsCarried, work.carried_groups);
  progress::set(progress::Count::kGroups,
                static_cast<std::int64_t>(work.found.count) - work.carried_groups);
}

// --- Rows

void keep_row(Work& work, TupleTableSlot* slot) {
  work.rest->copy(slot);
  ++work.left;
  const auto* tuple = reinterpret_cast<HeapTupleTableSlot*>(slot)->tuple;
  work.has_own |= TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
}

/// Rows that others may still change are only moved; what stays is for the second look.
void distribute_heap_rows(Work& work, GroupSort& sort) {
  HeapRows rows(work.chunk, work.rewrite.limits.oldest, work.others_write ? &work.moved : nullptr);
  Fate fate;
  while (rows.next(fate)) {
    if (fate == Fate::kVisible) {
      sort.add(rows.slot);
      ++work.sorted;
    } else if (work.others_write) {
      continue;
    } else if (fate == Fate::kRecent) {
      keep_row(work, rows.slot);
    } else {
      work.rest->skip(rows.slot);
    }
  }
  work.horizon.advance(rows.visible.newest);
  work.horizon.advance(rows.dead.newest);
  rows.end();
}

void distribute_group_rows(Work& work, GroupSort& sort) {
  GroupRows rows(work.chunk, work.rewrite.limits.oldest, work.carried);
  Fate fate;
  while (rows.next(fate)) {
    if (fate == Fate::kVisible) {
      sort.add(rows.slot);
      ++work.sorted;
    } else if (fate == Fate::kRecent) {
      work.rest->add(rows.slot, rows.deleter);
      ++work.left;
    }
  }
  work.horizon.advance(rows.horizon.newest);
  rows.end();
}

/// Writes the row groups; their number, with those that came along.
std::int64_t write_groups(Work& work, const Settings& settings) {
  const SortOrder order = sort_order(work.chunk, settings);
  if (work.carried_groups > 0) copy_groups(work.chunk, work.target, work.carried);
  Writer* writer = Writer::open(work.chunk, work.target->rd_rel->reltoastrelid,
                                static_cast<std::uint32_t>(work.carried_groups),
                                {order.columns, static_cast<std::size_t>(order.count)},
                                filters_of(work.chunk, work.chunk, settings));
  GroupSort sort(work.chunk, order, *writer,
                 bytes_of_heap(work.chunk) + bytes_of_columns(work.chunk, work.rewritten_rows));
  progress::set(progress::Phase::kRowsBeside);
  progress::set(progress::Count::kPagesRead, 0);
  distribute_heap_rows(work, sort);
  progress::set(progress::Phase::kRowGroups);
  if (work.found.count > 0) distribute_group_rows(work, sort);
  progress::set(progress::Phase::kWriting);
  sort.finish();
  return work.carried_groups + writer->finish();
}

/// Indexes with entries for all rows take time, which nobody has to wait for while the columns are
/// all there is. Rows of row groups that have been deleted a moment ago are rows already.
void build_full_indexes(Work& work) {
  if (work.left > 0) return;
  progress::set(progress::Phase::kIndexes);
  chunk::build_indexes_of_columns(work.rewrite);
}

/// When nobody writes any more: what was written since. False where it is in rows that have become
/// columns.
bool look_again(Work& work) {
  progress::set(progress::Phase::kWrittenMeanwhile);
  progress::set(progress::Count::kPagesRead, 0);
  if (has_new_tombstones(work.chunk, work.found, work.carried)) return false;
  HeapRows rows = HeapRows::second_look(work.chunk, work.rewrite.limits.oldest, work.moved);
  Fate fate;
  while (!rows.has_changed && rows.next(fate)) {
    if (fate == Fate::kDead) {
      work.rest->skip(rows.slot);
    } else {
      keep_row(work, rows.slot);
    }
  }
  const bool has_changed = rows.has_changed;
  rows.end();
  return !has_changed;
}

// --- The whole

Work begin(Oid chunk, bool others_write, Scope scope) {
  Work work = {};
  work.chunk = table_open(chunk, NoLock);
  // The new files lie where the old ones do.
  work.rewrite =
      chunk::begin_rewrite(work.chunk, {work.chunk->rd_rel->reltablespace, false, InvalidOid});
  prepare_for_columns(work.rewrite.transient);
  work.target = table_open(work.rewrite.transient, AccessExclusiveLock);
  work.others_write = others_write;
  work.rest = new (palloc(sizeof(VersionWriter)))
      VersionWriter(work.chunk, work.target, work.rewrite.limits);
  find_groups(work, scope);
  return work;
}

void close(const Work& work) {
  table_close(work.target, NoLock);
  table_close(work.chunk, NoLock);
  CommandCounterIncrement();
}

void report_rest(const Work& work) {
  if (work.left == 0) return;
  ereport(work.has_own ? NOTICE : DEBUG1,
          (errmsg("%lld rows of chunk \"%s\" stay rows for now", static_cast<long long>(work.left),
                  RelationGetRelationName(work.chunk)),
           errdetail("Not every running transaction sees them alike.")));
}

/// False where others have changed what had become columns already: nothing has happened then, but
/// that they have to wait now.
bool convert(Oid chunk, const Settings& settings, Scope scope, bool others_write,
             Conversion& conversion) {
  Work work = begin(chunk, others_write, scope);
  progress::set(progress::Count::kPages,
                static_cast<std::int64_t>(bytes_of_heap(work.chunk) / BLCKSZ));
  conversion.groups = write_groups(work, settings);
  conversion.rows = work.carried_rows + work.sorted;
  if (others_write) {
    build_full_indexes(work);
    wait_for_writers(chunk);
  }
  const bool is_whole = !others_write || look_again(work);
  work.rest->finish();
  if (!is_whole) {
    close(work);
    chunk::abandon_rewrite(work.rewrite);
    return false;
  }
  report_rest(work);
  if (work.carried_groups > 0) {
    columnar::copy_tombstones(work.chunk, work.target, work.carried, work.rewrite.limits);
  }
  work.horizon.tell_standbys(work.target);
  close(work);
  exchange_files(work.rewrite, work.left, columnar_method());
  return true;
}

}  // namespace

Conversion to_columns(Oid chunk, const Settings& settings, Scope scope) {
  Relation table = table_open(chunk, NoLock);
  CheckTableNotInUse(table, "convert chunk");
  refuse_exclusion_constraints(table);
  Conversion conversion = measured(table);
  const chunk::RestrictedUser before = chunk::become_owner(table);
  const bool others_write = can_others_write(table);
  table_close(table, NoLock);
  convert_beside_writers(chunk, others_write, [&](bool others) {
    return convert(chunk, settings, scope, others, conversion);
  });
  chunk::become_again(before);
  return conversion;
}

bool has_changes(Oid chunk) {
  Relation table = table_open(chunk, NoLock);
  bool found = bytes_of_heap(table) > 0;
  if (!found) {
    const FoundGroups groups = found_groups(table, pg::freeze_limits(table).oldest);
    auto* is_rewritten = static_cast<bool*>(palloc(groups.count + 1));
    choose_groups({groups.states, groups.count}, 0, is_rewritten);
    found = std::any_of(is_rewritten, is_rewritten + groups.count, [](bool b) { return b; });
  }
  table_close(table, NoLock);
  return found;
}

}  // namespace varve::columnstore
