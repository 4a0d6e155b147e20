// A chunk in columns becomes rows again.
#include "extension/chunk/maintain/columns.h"
#include "extension/chunk/maintain/rewrite.h"
#include "extension/columnstore/access_method.h"
#include "extension/columnstore/convert.h"
#include "extension/columnstore/live_rows.h"
#include "extension/columnstore/progress.h"
#include "extension/columnstore/row_versions.h"

extern "C" {
#include <access/table.h>
#include <catalog/pg_am.h>
#include <commands/tablecmds.h>
#include <storage/lmgr.h>
}

namespace varve::columnstore {
namespace {

std::int64_t copy_group_rows(Relation chunk, TransactionId oldest, VersionWriter& writer) {
  GroupRows rows(chunk, oldest, GroupNumbers::none());
  std::int64_t count = 0;
  Fate fate;
  while (rows.next(fate)) {
    if (fate == Fate::kDead) continue;
    writer.add(rows.slot, fate == Fate::kRecent ? rows.deleter : InvalidTransactionId);
    ++count;
  }
  rows.horizon.tell_standbys(chunk);
  rows.end();
  return count;
}

std::int64_t copy_heap_rows(Relation chunk, TransactionId oldest, VersionWriter& writer) {
  HeapRows rows(chunk, oldest);
  std::int64_t count = 0;
  Fate fate;
  while (rows.next(fate)) {
    if (fate == Fate::kDead) {
      writer.skip(rows.slot);
    } else {
      writer.copy(rows.slot);
      ++count;
    }
  }
  rows.dead.tell_standbys(chunk);
  rows.end();
  return count;
}

std::int64_t copy_all(Relation chunk, const chunk::Rewrite& rewrite) {
  Relation target = table_open(rewrite.transient, AccessExclusiveLock);
  VersionWriter writer(chunk, target, rewrite.limits);
  progress::set(progress::Phase::kRowGroups);
  std::int64_t count = copy_group_rows(chunk, rewrite.limits.oldest, writer);
  progress::set(progress::Phase::kRowsBeside);
  count += copy_heap_rows(chunk, rewrite.limits.oldest, writer);
  writer.finish();
  table_close(target, NoLock);
  return count;
}

}  // namespace

void to_rows(Oid chunk) {
  Relation table = table_open(chunk, NoLock);
  CheckTableNotInUse(table, "convert chunk");
  const chunk::RestrictedUser before = chunk::become_owner(table);
  const chunk::Placement same_place = {table->rd_rel->reltablespace, false, InvalidOid};
  progress::begin(chunk, 1);
  chunk::Rewrite rewrite = chunk::begin_rewrite(table, same_place, HEAP_TABLE_AM_OID);
  const std::int64_t count = copy_all(table, rewrite);
  table_close(table, NoLock);

  progress::set(progress::Phase::kIndexes);
  chunk::build_indexes(rewrite, static_cast<double>(count));
  progress::set(progress::Phase::kWaitingForReaders);
  LockRelationOid(chunk, AccessExclusiveLock);
  progress::set(progress::Phase::kExchange);
  chunk::finish_rewrite(rewrite);
  set_access_method(chunk, HEAP_TABLE_AM_OID);
  progress::end();
  chunk::become_again(before);
}

bool is_columnar(Oid chunk) { return chunk::is_columnar(chunk); }

}  // namespace varve::columnstore
