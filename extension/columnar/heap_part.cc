#include "extension/columnar/heap_part.h"

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <storage/smgr.h>
}

namespace varve::columnar {
namespace {

bool sizing_heap = false;

template <class Body>
void sizing(Body&& body) {
  sizing_heap = true;
  PG_TRY();
  { body(); }
  PG_FINALLY();
  { sizing_heap = false; }
  PG_END_TRY();
}

}  // namespace

// A resource owner may remember the copy when an error passes, so it outlives the transaction's
// resources. Its file handle is its own, since storage managers know who holds them by address, and
// so do statistics.
HeapPart::HeapPart(Relation chunk)
    : relation_(
          static_cast<Relation>(MemoryContextAlloc(TopTransactionContext, sizeof(RelationData)))) {
  *relation_ = *chunk;
  relation_->rd_tableam = GetHeapamTableAmRoutine();
  relation_->rd_smgr = nullptr;
  relation_->pgstat_enabled = false;
  relation_->pgstat_info = nullptr;
}

void HeapPart::close() { RelationCloseSmgr(relation_); }

TableScanDesc begin_heap_scan(Relation chunk, Snapshot snapshot, int key_count, ScanKeyData* keys,
                              ParallelTableScanDesc parallel, std::uint32_t flags) {
  TableScanDesc volatile scan = nullptr;
  sizing([&] { scan = heap().scan_begin(chunk, snapshot, key_count, keys, parallel, flags); });
  return scan;
}

void rescan_heap(TableScanDesc scan, ScanKeyData* keys, bool set_params, bool allow_strat,
                 bool allow_sync, bool allow_pagemode) {
  sizing(
      [&] { heap().scan_rescan(scan, keys, set_params, allow_strat, allow_sync, allow_pagemode); });
}

bool is_sizing_heap() { return sizing_heap; }

}  // namespace varve::columnar
