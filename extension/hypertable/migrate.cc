#include "extension/hypertable/migrate.h"

#include <list>
#include <map>

#include "extension/chunk/coordinate.h"
#include "extension/chunk/create.h"

#include "extension/pg/attribute_map.h"
#include "extension/pg/boundary.h"
extern "C" {
#include <access/heapam.h>
#include <access/table.h>
#include <access/tableam.h>
#include <access/tupconvert.h>
#include <access/xact.h>
#include <executor/tuptable.h>
#include <miscadmin.h>
#include <utils/snapmgr.h>
}

namespace varve::hypertable {
namespace {

/// Rows are appended in bulk, unseen by the free space map, and without a second life in logical
/// decoding: subscribers have them under the table's own name.
constexpr int kInsertOptions = TABLE_INSERT_SKIP_FSM | TABLE_INSERT_NO_LOGICAL;

/// Chunks open for writing at once; each holds a pinned buffer.
constexpr std::size_t kOpenChunks = 32;

/// A chunk open for writing. Plain data: an error leaves its parts to their resource owner.
struct Target {
  chunk::Slice slice;
  Relation table;
  BulkInsertState bulk;
  TupleTableSlot* row;
  AttrMap* columns;
};

Target open_target(Relation source, const LoadedChunk& chunk) {
  return pg::call([&] {
    Relation table = table_open(chunk.table, NoLock);  // locked since it was made
    const TupleDesc columns = RelationGetDescr(table);
    return Target{chunk.slice, table, GetBulkInsertState(),
                  MakeSingleTupleTableSlot(columns, &TTSOpsVirtual),
                  pg::attribute_map(RelationGetDescr(source), columns)};
  });
}

void close_target(const Target& target) {
  pg::call([&] {
    ExecDropSingleTupleTableSlot(target.row);
    FreeBulkInsertState(target.bulk);
    table_finish_bulk_insert(target.table, kInsertOptions);
    table_close(target.table, NoLock);
  });
}

/// The sequential scan of the table, with a memory context that each row starts empty.
struct Source {
  Snapshot snapshot;
  TableScanDesc scan;
  TupleTableSlot* slot;
  MemoryContext per_row;
};

Source open_source(Relation table) {
  return pg::call([&] {
    // Every row committed before the lock was granted, whatever the transaction's own snapshot.
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    return Source{
        snapshot, table_beginscan(table, snapshot, 0, nullptr), table_slot_create(table, nullptr),
        AllocSetContextCreate(CurrentMemoryContext, "migrated row", ALLOCSET_DEFAULT_SIZES)};
  });
}

void close_source(const Source& source) {
  pg::call([&] {
    ExecDropSingleTupleTableSlot(source.slot);
    table_endscan(source.scan);
    UnregisterSnapshot(source.snapshot);
    MemoryContextDelete(source.per_row);
  });
}

bool holds(const Target& target, std::int64_t value) {
  return target.slice.begin <= value && value < target.slice.end;
}

/// Inserts rows from the scan into `target` as long as they belong there. False at the end of the
/// scan; otherwise the slot holds a row for another chunk, whose coordinate is `value`.
bool fill(const Source& source, const Target& target, AttrNumber column, Oid type,
          std::int64_t& value) {
  return pg::call([&] {
    const CommandId command = GetCurrentCommandId(true);
    do {
      CHECK_FOR_INTERRUPTS();
      MemoryContextReset(source.per_row);
      MemoryContext outer = MemoryContextSwitchTo(source.per_row);
      if (!TupIsNull(source.slot)) {
        bool is_null = false;
        value = chunk::coordinate_of(slot_getattr(source.slot, column, &is_null), type);
        if (!holds(target, value)) {
          MemoryContextSwitchTo(outer);
          return true;
        }
        // Column by column: a stored tuple may be short of columns that were added later.
        execute_attr_map_slot(target.columns, source.slot, target.row);
        table_tuple_insert(target.table, target.row, command, kInsertOptions, target.bulk);
      }
      MemoryContextSwitchTo(outer);
    } while (table_scan_getnextslot(source.scan, ForwardScanDirection, source.slot));
    return false;
  });
}

/// The chunks by the end of their slices, made as rows call for them.
class Chunks {
 public:
  Chunks(Relation table, const catalog::Hypertable& hypertable)
      : table_(table), hypertable_(hypertable), extent_(chunk::extent_of(hypertable.column_type)) {}

  /// The open chunk for `value`, which becomes the most recently used one.
  const Target& target_for(std::int64_t value) {
    for (auto target = open_.begin(); target != open_.end(); ++target) {
      if (!holds(*target, value)) continue;
      open_.splice(open_.begin(), open_, target);
      return open_.front();
    }
    if (open_.size() == kOpenChunks) {
      close_target(open_.back());
      open_.pop_back();
    }
    open_.push_front(open_target(table_, chunk_for(value)));
    return open_.front();
  }

  LoadedChunks finish() {
    for (const Target& target : open_) close_target(target);
    open_.clear();
    LoadedChunks result = {nullptr, 0};
    result.all = static_cast<LoadedChunk*>(
        pg::call([&] { return palloc((made_.size() + 1) * sizeof(LoadedChunk)); }));
    for (const auto& [begin, chunk] : made_) result.all[result.count++] = chunk;
    return result;
  }

 private:
  const LoadedChunk& chunk_for(std::int64_t value) {
    const chunk::Slice slice = chunk::slice_of(value, hypertable_.chunk_interval,
                                               chunk::grid_origin_of(hypertable_.column_type),
                                               extent_.lowest, extent_.highest);
    auto known = made_.find(slice.begin);
    if (known == made_.end()) {
      const Oid chunk = chunk::create_table(table_, hypertable_, slice);
      known = made_.emplace(slice.begin, LoadedChunk{chunk, slice}).first;
    }
    return known->second;
  }

  Relation table_;
  catalog::Hypertable hypertable_;
  chunk::Extent extent_;
  std::map<std::int64_t, LoadedChunk> made_;
  std::list<Target> open_;
};

}  // namespace

LoadedChunks copy_into_chunks(Relation table, const catalog::Hypertable& hypertable,
                              AttrNumber column) {
  Chunks chunks(table, hypertable);
  const Source source = open_source(table);
  // A target that holds nothing: fill() then only says where the first row belongs.
  Target target = {};
  std::int64_t value = 0;
  while (fill(source, target, column, hypertable.column_type, value)) {
    target = chunks.target_for(value);
  }
  close_source(source);
  return chunks.finish();
}

}  // namespace varve::hypertable
