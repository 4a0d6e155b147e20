#include "extension/columnar/vector_bitmaps.h"

#include <string>

#include "kernel/base/error.h"

#include "extension/columnar/tuple_scan.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/transam.h>
#include <access/xact.h>
#include <storage/bufmgr.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

/// The bitmap of a tuple; an error of stored bytes says where they are.
DeletionBitmap read_bitmap(Relation chunk, std::uint16_t group, ByteView bytes) {
  return pg::entry([&] {
    try {
      return checked_bitmap(bytes);
    } catch (const Error& error) {
      const bool is_future = error.kind() == ErrorKind::kUnsupported;
      throw pg::SqlError(is_future ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_DATA_CORRUPTED,
                         error.what(),
                         "Chunk \"" + std::string(RelationGetRelationName(chunk)) +
                             "\", row group " + std::to_string(group) + ".");
    }
  });
}

/// One pass over bitmaps of the vectors `first` to `last` of a group that a snapshot sees. For one
/// row, it shows all: a bitmap without the row shall make no conflict of serializable transactions.
struct BitmapScan : TupleScan {
  BitmapScan(const BitmapStore& store, std::uint16_t group, std::uint32_t first, std::uint32_t last,
             Snapshot snapshot)
      : TupleScan(store.toast, store.index, columnstore::kBitmapKind, bitmap_id(group, first, 0),
                  bitmap_id(group, last, kBitmapsOfVector - 1), snapshot),
        chunk(store.chunk) {}

  bool next() {
    if (!TupleScan::next()) return false;
    id = row_of_sequence(sequence());
    const auto* bytes = reinterpret_cast<const varlena*>(DatumGetPointer(data()));
    const auto* begin = reinterpret_cast<const std::byte*>(VARDATA_ANY(bytes));
    bitmap = read_bitmap(chunk, id.group, {begin, VARSIZE_ANY_EXHDR(bytes)});
    return true;
  }

  [[nodiscard]] HeapTupleHeader tuple() const {
    return ExecFetchSlotHeapTuple(slot, false, nullptr)->t_data;
  }

  /// Of a scan that shows all: whether the snapshot sees the bitmap. A serializable transaction
  /// that asks is in conflict with who has made it.
  [[nodiscard]] bool is_seen(Snapshot snapshot) const {
    const auto* buffered = reinterpret_cast<const BufferHeapTupleTableSlot*>(slot);
    HeapTuple found = buffered->base.tuple;
    LockBuffer(buffered->buffer, BUFFER_LOCK_SHARE);
    const bool result = HeapTupleSatisfiesVisibility(found, snapshot, buffered->buffer);
    HeapCheckForSerializableConflictOut(result, scan->heapRelation, found, buffered->buffer,
                                        snapshot);
    LockBuffer(buffered->buffer, BUFFER_LOCK_UNLOCK);
    return result;
  }

  Relation chunk;
  RowId id;
  DeletionBitmap bitmap;
};

constexpr std::size_t kWords = kBitmapRows / 64;

void add(const DeletionBitmap& bitmap, std::uint64_t* words) {
  for (std::size_t i = 0; i < kWords; ++i) words[i] |= bitmap.bits[i];
}

}  // namespace

bool find_in_bitmaps(const BitmapStore& store, RowId id, Snapshot snapshot, RowHeader* header) {
  const std::uint32_t vector = id.row / kBitmapRows;
  BitmapScan scan(store, id.group, vector, vector, SnapshotAny);
  bool found = false;
  // A row is in one that counts at most: who has rolled back is not seen.
  while (!found && scan.next()) {
    found = scan.bitmap.has(id.row % kBitmapRows) && scan.is_seen(snapshot);
    if (!found) continue;
    *header = {};
    header->kind = RowHeader::Kind::kTombstone;
    header->tid = scan.slot->tts_tid;
    ItemPointerSetInvalid(&header->forward);
    header->xmin = HeapTupleHeaderGetXmin(scan.tuple());
    if (TransactionIdIsCurrentTransactionId(header->xmin)) {
      header->cmin = HeapTupleHeaderGetCmin(scan.tuple());
    }
    if (snapshot->snapshot_type == SNAPSHOT_DIRTY) header->deleter = snapshot->xmin;
  }
  scan.end();
  return found;
}

std::uint32_t mark_in_bitmaps(const BitmapStore& store, std::uint16_t group, std::uint32_t first,
                              std::uint32_t last, Snapshot snapshot, std::uint64_t* dead) {
  BitmapScan scan(store, group, first, last, snapshot);
  std::uint32_t count = 0;
  while (scan.next()) {
    add(scan.bitmap, dead + vector_of_bitmap(scan.id) * kWords);
    count += scan.bitmap.rows;
  }
  scan.end();
  return count;
}

RowHeaders::Tombstones count_in_bitmaps(const BitmapStore& store, std::uint16_t group,
                                        TransactionId oldest) {
  BitmapScan scan(store, group, 0, kVectorsOfGroup - 1, SnapshotSelf);
  RowHeaders::Tombstones count = {0, 0};
  while (scan.next()) {
    const TransactionId xmin = HeapTupleHeaderGetXmin(scan.tuple());
    count.all += scan.bitmap.rows;
    if (!TransactionIdIsNormal(xmin) || TransactionIdPrecedes(xmin, oldest)) {
      count.old += scan.bitmap.rows;
    }
  }
  scan.end();
  return count;
}

std::uint32_t mark_in_vector(const BitmapStore& store, std::uint16_t group, std::uint32_t vector,
                             std::uint64_t* touched) {
  SnapshotData snapshot;
  InitDirtySnapshot(snapshot);
  BitmapScan scan(store, group, vector, vector, &snapshot);
  std::uint32_t next = 0;
  while (scan.next()) {
    add(scan.bitmap, touched);
    if (number_of_bitmap(scan.id) == next) ++next;
  }
  scan.end();
  return next;
}

}  // namespace varve::columnar
