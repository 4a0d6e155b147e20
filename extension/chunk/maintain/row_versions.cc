#include "extension/chunk/maintain/row_versions.h"

#include "extension/chunk/coordinate.h"

#include "extension/pg/attribute_map.h"
#include "extension/pg/lost_values.h"
extern "C" {
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/rewriteheap.h>
#include <access/tableam.h>
#include <executor/tuptable.h>
#include <miscadmin.h>
#include <storage/bufmgr.h>
#include <utils/snapmgr.h>
}

namespace varve::chunk {
namespace {

/// A target under way.
struct Sink {
  VersionTarget* target;
  RewriteState state;
  const AttrMap* columns;  // which column of the source each column of the target is
  Datum* values;
  bool* nulls;
};

/// A version of the source, taken apart.
struct Version {
  HeapTuple tuple;
  Datum* values;
  bool* nulls;
};

Sink open_sink(Relation source, VersionTarget& target) {
  const TupleDesc columns = RelationGetDescr(target.table);
  return {&target,
          begin_heap_rewrite(source, target.table, target.limits.oldest, target.limits.xid,
                             target.limits.multi),
          pg::attribute_map(RelationGetDescr(source), columns),
          static_cast<Datum*>(palloc(columns->natts * sizeof(Datum))),
          static_cast<bool*>(palloc(columns->natts * sizeof(bool)))};
}

/// Dead to all; `recently` where it is dead to new snapshots only.
bool is_dead(HeapTuple tuple, Buffer buffer, TransactionId oldest, bool& recently) {
  LockBuffer(buffer, BUFFER_LOCK_SHARE);
  const HTSV_Result state = HeapTupleSatisfiesVacuum(tuple, oldest, buffer);
  LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
  // What is in progress is our own: others cannot write.
  recently = state == HEAPTUPLE_RECENTLY_DEAD || state == HEAPTUPLE_DELETE_IN_PROGRESS;
  return state == HEAPTUPLE_DEAD;
}

void write(Sink& sink, const Version& version) {
  const TupleDesc columns = RelationGetDescr(sink.target->table);
  for (int i = 0; i < columns->natts; ++i) {
    const AttrNumber from = sink.columns->attnums[i];
    sink.nulls[i] = from == 0 || version.nulls[from - 1];
    sink.values[i] = sink.nulls[i] ? Datum{0} : version.values[from - 1];
  }
  HeapTuple copy = heap_form_tuple(columns, sink.values, sink.nulls);
  rewrite_heap_tuple(sink.state, version.tuple, copy);
  heap_freetuple(copy);
}

Sink& sink_for(std::int64_t value, Sink* sinks, std::size_t count) {
  std::size_t i = 0;
  while (i + 1 < count && value >= sinks[i].target->end) ++i;
  return sinks[i];
}

void copy(Relation source, const Version& version, TupleTableSlot* slot, TimeColumn time,
          Sink* sinks, std::size_t count) {
  auto* buffered = reinterpret_cast<BufferHeapTupleTableSlot*>(slot);
  bool recently_dead = false;
  const TransactionId oldest = sinks[0].target->limits.oldest;
  bool dead = is_dead(version.tuple, buffered->buffer, oldest, recently_dead);
  heap_deform_tuple(version.tuple, slot->tts_tupleDescriptor, version.values, version.nulls);
  if (recently_dead && HeapTupleHasExternal(version.tuple)) {
    dead = pg::has_lost_values(source, version.values, version.nulls);
  }
  if (dead) {
    // The rewrite has to hear of it, for the sake of chains of updates.
    for (std::size_t i = 0; i < count; ++i) rewrite_heap_dead_tuple(sinks[i].state, version.tuple);
    return;
  }
  Sink& sink = sink_for(coordinate_of(version.values[time.number - 1], time.type), sinks, count);
  write(sink, version);
  if (!recently_dead) ++sink.target->rows;
}

void scan(Relation source, TimeColumn time, Sink* sinks, std::size_t count) {
  const int natts = RelationGetDescr(source)->natts;
  Version version = {nullptr, static_cast<Datum*>(palloc(natts * sizeof(Datum))),
                     static_cast<bool*>(palloc(natts * sizeof(bool)))};
  MemoryContext per_row =
      AllocSetContextCreate(CurrentMemoryContext, "copied row version", ALLOCSET_DEFAULT_SIZES);
  // Of a chunk in columns these are the rows beside them.
  TableScanDesc versions = heap_beginscan(source, SnapshotAny, 0, nullptr, nullptr,
                                          SO_TYPE_SEQSCAN | SO_ALLOW_STRAT | SO_ALLOW_SYNC);
  TupleTableSlot* slot = MakeSingleTupleTableSlot(RelationGetDescr(source), &TTSOpsBufferHeapTuple);
  while (heap_getnextslot(versions, ForwardScanDirection, slot)) {
    CHECK_FOR_INTERRUPTS();
    MemoryContextReset(per_row);
    MemoryContext outer = MemoryContextSwitchTo(per_row);
    version.tuple = ExecFetchSlotHeapTuple(slot, false, nullptr);
    copy(source, version, slot, time, sinks, count);
    MemoryContextSwitchTo(outer);
  }
  ExecDropSingleTupleTableSlot(slot);
  heap_endscan(versions);
  MemoryContextDelete(per_row);
}

}  // namespace

void copy_versions(Relation source, TimeColumn time, VersionTarget* targets, std::size_t count) {
  auto* sinks = static_cast<Sink*>(palloc(count * sizeof(Sink)));
  for (std::size_t i = 0; i < count; ++i) sinks[i] = open_sink(source, targets[i]);
  scan(source, time, sinks, count);
  for (std::size_t i = 0; i < count; ++i) end_heap_rewrite(sinks[i].state);
}

}  // namespace varve::chunk
