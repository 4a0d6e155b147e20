// A chunk in columns becomes rows again.
#include "extension/chunk/maintain/columns.h"
#include "extension/chunk/maintain/rewrite.h"
#include "extension/columnstore/beside_writers.h"
#include "extension/columnstore/chunk_size.h"
#include "extension/columnstore/convert.h"
#include "extension/columnstore/group_states.h"
#include "extension/columnstore/live_rows.h"
#include "extension/columnstore/progress.h"
#include "extension/columnstore/row_versions.h"

extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_am.h>
#include <commands/tablecmds.h>
#include <storage/lmgr.h>
}

namespace varve::columnstore {
namespace {

/// A conversion under way, into a transient table.
struct Work {
  Relation chunk;
  chunk::Rewrite rewrite;
  Relation target;
  bool others_write;  // until the end, when they have to wait

  FoundGroups found;
  GroupNumbers none;  // of the groups comes along
  MovedRows moved;
  VersionWriter* writer;
  std::int64_t rows;
};

Work begin(Oid chunk, bool others_write) {
  Work work = {};
  work.chunk = table_open(chunk, NoLock);
  const chunk::Placement same_place = {work.chunk->rd_rel->reltablespace, false, InvalidOid};
  work.rewrite = chunk::begin_rewrite(work.chunk, same_place, HEAP_TABLE_AM_OID);
  work.target = table_open(work.rewrite.transient, AccessExclusiveLock);
  work.others_write = others_write;
  work.found = found_groups(work.chunk, work.rewrite.limits.oldest);
  work.none = GroupNumbers::none();
  work.writer = new (palloc(sizeof(VersionWriter)))
      VersionWriter(work.chunk, work.target, work.rewrite.limits);
  return work;
}

void copy_group_rows(Work& work) {
  progress::set(progress::Phase::kRowGroups);
  progress::set(progress::Count::kGroups, static_cast<std::int64_t>(work.found.count));
  progress::set(progress::Count::kPages,
                static_cast<std::int64_t>(bytes_of_heap(work.chunk) / BLCKSZ));
  GroupRows rows(work.chunk, work.rewrite.limits.oldest, work.none);
  Fate fate;
  while (rows.next(fate)) {
    if (fate == Fate::kDead) continue;
    work.writer->add(rows.slot, fate == Fate::kRecent ? rows.deleter : InvalidTransactionId);
    ++work.rows;
  }
  rows.horizon.tell_standbys(work.chunk);
  rows.end();
}

void copy(Work& work, TupleTableSlot* slot, Fate fate) {
  if (fate == Fate::kDead) {
    work.writer->skip(slot);
  } else {
    work.writer->copy(slot);
    ++work.rows;
  }
}

/// Of rows that others may still change, those that everybody sees: the rest is for the second
/// look.
void copy_heap_rows(Work& work) {
  progress::set(progress::Phase::kRowsBeside);
  HeapRows rows(work.chunk, work.rewrite.limits.oldest, work.others_write ? &work.moved : nullptr);
  Fate fate;
  while (rows.next(fate)) {
    if (!work.others_write || fate == Fate::kVisible) copy(work, rows.slot, fate);
  }
  rows.dead.tell_standbys(work.chunk);
  rows.end();
}

/// When nobody writes any more: what was written since. False where it is in rows that have been
/// copied.
bool look_again(Work& work) {
  progress::set(progress::Phase::kWrittenMeanwhile);
  progress::set(progress::Count::kPagesRead, 0);
  if (has_new_tombstones(work.chunk, work.found, work.none)) return false;
  HeapRows rows = HeapRows::second_look(work.chunk, work.rewrite.limits.oldest, work.moved);
  Fate fate;
  while (!rows.has_changed && rows.next(fate)) copy(work, rows.slot, fate);
  const bool has_changed = rows.has_changed;
  rows.dead.tell_standbys(work.chunk);
  rows.end();
  return !has_changed;
}

/// False where others have changed what had been copied already: nothing has happened then.
bool convert(Oid chunk, bool others_write) {
  Work work = begin(chunk, others_write);
  copy_group_rows(work);
  copy_heap_rows(work);
  if (others_write) wait_for_writers(chunk);
  const bool is_whole = !others_write || look_again(work);
  work.writer->finish();
  table_close(work.target, NoLock);
  table_close(work.chunk, NoLock);
  CommandCounterIncrement();
  if (is_whole) {
    exchange_files(work.rewrite, work.rows, HEAP_TABLE_AM_OID);
  } else {
    chunk::abandon_rewrite(work.rewrite);
  }
  return is_whole;
}

}  // namespace

void to_rows(Oid chunk) {
  Relation table = table_open(chunk, NoLock);
  CheckTableNotInUse(table, "convert chunk");
  const chunk::RestrictedUser before = chunk::become_owner(table);
  const bool others_write = can_others_write(table);
  table_close(table, NoLock);
  convert_beside_writers(chunk, others_write, [&](bool others) { return convert(chunk, others); });
  chunk::become_again(before);
}

bool is_columnar(Oid chunk) { return chunk::is_columnar(chunk); }

}  // namespace varve::columnstore
