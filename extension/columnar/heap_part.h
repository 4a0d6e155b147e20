#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <utils/rel.h>
}

// The heap part of a chunk: the rows that are not in row groups, in the relation's own file. C API.
namespace varve::columnar {

/// PostgreSQL's heap access method, to which the heap part is left.
inline const TableAmRoutine& heap() { return *GetHeapamTableAmRoutine(); }

/// A relation like the chunk's, of which PostgreSQL's functions see the heap part alone. Some of
/// them insist on the heap's access method. It is a copy, not a switch in the relation cache, since
/// that undoes a switch whenever an invalidation rebuilds the entry.
class HeapPart {
 public:
  explicit HeapPart(Relation chunk);
  /// Also to be called when an error passes.
  void close();
  [[nodiscard]] Relation relation() const { return relation_; }

 private:
  Relation relation_;
};

/// Runs `body` with the heap part of the chunk.
template <class Body>
void with_heap_part(Relation chunk, Body&& body) {
  HeapPart part(chunk);
  PG_TRY();
  { body(part.relation()); }
  PG_FINALLY();
  { part.close(); }
  PG_END_TRY();
}

/// Begins a scan of the heap part, which knows its own size even while ANALYZE runs.
TableScanDesc begin_heap_scan(Relation chunk, Snapshot snapshot, int key_count, ScanKeyData* keys,
                              ParallelTableScanDesc parallel, std::uint32_t flags);
void rescan_heap(TableScanDesc scan, ScanKeyData* keys, bool set_params, bool allow_strat,
                 bool allow_sync, bool allow_pagemode);

/// Whether what is being asked of sizes means the heap part: true inside the two functions above.
bool is_sizing_heap();

}  // namespace varve::columnar
