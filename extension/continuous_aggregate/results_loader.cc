#include "extension/continuous_aggregate/results_loader.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/chunk/coordinate.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <access/tableam.h>
#include <access/xact.h>
#include <miscadmin.h>
#include <utils/lsyscache.h>
}

namespace varve::continuous_aggregate {
namespace {

/// Copies the row, and gives its size.
std::size_t copy(TupleTableSlot& to, TupleTableSlot& from) {
  ExecCopySlot(&to, &from);
  bool is_copy = false;
  return ExecFetchSlotHeapTuple(&to, true, &is_copy)->t_len;
}

}  // namespace

Changes* changes_of_results(Oid materialization) {
  return pg::entry([&]() -> Changes* {
    const Source* source = find_source(materialization);
    return source != nullptr ? &row_changes_of(*source) : nullptr;
  });
}

ResultsLoader::ResultsLoader(Oid materialization, AttrNumber bucket_column)
    : table_(table_open(materialization, RowExclusiveLock)),
      hypertable_(pg::entry([&] { return *catalog::cached_hypertable(materialization); })),
      bucket_column_(bucket_column),
      type_(getBaseType(hypertable_.column_type)),
      changes_(changes_of_results(materialization)),
      slots_(static_cast<TupleTableSlot**>(palloc0(kRows * sizeof(TupleTableSlot*)))) {}

bool ResultsLoader::take(TupleTableSlot& row) {
  bool is_null = false;
  const Datum value = slot_getattr(&row, bucket_column_, &is_null);
  if (is_null) return false;  // no chunk takes it, and says so
  const std::int64_t bucket = pg::entry([&] { return chunk::coordinate_of(value, type_); });
  if (!enter(bucket)) return false;
  if (changes_ != nullptr) pg::entry([&] { changes_->add(bucket); });
  TupleTableSlot*& slot = slots_[used_++];
  if (slot == nullptr) slot = table_slot_create(open_, nullptr);
  bytes_ += copy(*slot, row);
  if (used_ == kRows || bytes_ >= kBytes) flush();
  return true;
}

/// Whether the bucket lies in a chunk that is being loaded.
bool ResultsLoader::enter(std::int64_t bucket) {
  if (bucket < chunk_.slice.begin || bucket >= chunk_.slice.end) {
    end_chunk();
    chunk_ = pg::entry([&] { return chunk::prepare(table_, hypertable_, bucket); });
    if (!chunk_.is_attached) {
      open_ = table_open(chunk_.table, NoLock);  // locked since it was made
      bulk_ = GetBulkInsertState();
    }
  }
  return open_ != nullptr;
}

void ResultsLoader::flush() {
  if (used_ == 0) return;
  CHECK_FOR_INTERRUPTS();
  table_multi_insert(open_, slots_, used_, GetCurrentCommandId(true), TABLE_INSERT_SKIP_FSM, bulk_);
  for (int i = 0; i < used_; ++i) ExecClearTuple(slots_[i]);
  used_ = 0;
  bytes_ = 0;
}

void ResultsLoader::end_chunk() {
  if (open_ == nullptr) return;
  flush();
  for (int i = 0; i < kRows && slots_[i] != nullptr; ++i) {
    ExecDropSingleTupleTableSlot(slots_[i]);
    slots_[i] = nullptr;
  }
  FreeBulkInsertState(bulk_);
  table_finish_bulk_insert(open_, TABLE_INSERT_SKIP_FSM);
  table_close(open_, NoLock);
  open_ = nullptr;
  CommandCounterIncrement();
  pg::entry([&] { chunk::attach(table_, hypertable_, chunk_.table, chunk_.slice); });
}

void ResultsLoader::finish() {
  end_chunk();
  pfree(slots_);
  table_close(table_, NoLock);
}

}  // namespace varve::continuous_aggregate
