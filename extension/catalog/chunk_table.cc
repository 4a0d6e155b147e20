#include "extension/catalog/chunk_table.h"

#include <limits>

#include "extension/catalog/relations.h"
#include "extension/catalog/scan.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/stratnum.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/indexing.h>
#include <commands/sequence.h>
#include <utils/fmgroids.h>
#include <utils/rel.h>
#include <utils/snapmgr.h>
#include <utils/timestamp.h>
}

namespace varve::catalog {
namespace {

// Attribute numbers, as extension/sql/10_catalog.sql lists the columns.
enum Column : AttrNumber {
  kId = 1,
  kHypertableId,
  kRelation,
  kRangeBegin,
  kRangeEnd,
  kCreated,
  kColumns = kCreated
};

/// Calls `visit(table, tuple)` for the row of `relation`, if there is one.
template <class Visit>
void with_row(const Relations& ours, Oid relation, LOCKMODE lock, Visit&& visit) {
  Relation table = table_open(ours.chunk, lock);
  ScanKeyData condition;
  ScanKeyInit(&condition, kRelation, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relation));
  for_each_row(table, ours.chunk_relation_key, &condition,
               [&](HeapTuple tuple) { visit(table, tuple); });
  table_close(table, NoLock);
}

/// Collects what the conditions are true of, in the order of `index`; doubles as it grows.
ChunkTable::Chunks collect(Relation table, Oid index, std::span<ScanKeyData> conditions) {
  std::size_t capacity = 16;
  ChunkTable::Chunks all = {static_cast<Chunk*>(palloc(capacity * sizeof(Chunk))), 0};
  for_each_row_in_order(table, index, conditions, [&](HeapTuple tuple) {
    if (all.count == capacity) {
      capacity *= 2;
      all.rows = static_cast<Chunk*>(repalloc_huge(all.rows, capacity * sizeof(Chunk)));
    }
    all.rows[all.count++] = ChunkTable::row_of(tuple, RelationGetDescr(table));
  });
  return all;
}

}  // namespace

std::optional<Chunk> ChunkTable::find(Oid relation) {
  return pg::call([&]() -> std::optional<Chunk> {
    std::optional<Chunk> found;
    const auto ours = relations();
    if (!ours) return found;
    with_row(*ours, relation, AccessShareLock, [&](Relation table, HeapTuple tuple) {
      found = ChunkTable::row_of(tuple, RelationGetDescr(table));
    });
    return found;
  });
}

Chunk ChunkTable::row_of(HeapTuple tuple, TupleDesc descriptor) {
  Datum values[kColumns];
  bool nulls[kColumns];
  heap_deform_tuple(tuple, descriptor, values, nulls);
  return {DatumGetInt32(values[kId - 1]),
          DatumGetInt32(values[kHypertableId - 1]),
          DatumGetObjectId(values[kRelation - 1]),
          {DatumGetInt64(values[kRangeBegin - 1]), DatumGetInt64(values[kRangeEnd - 1])},
          DatumGetTimestampTz(values[kCreated - 1])};
}

ChunkTable::Chunks ChunkTable::of_hypertable(std::int32_t hypertable_id) {
  return of_hypertable(hypertable_id, {std::numeric_limits<std::int64_t>::min(),
                                       std::numeric_limits<std::int64_t>::max()});
}

ChunkTable::Chunks ChunkTable::of_hypertable(std::int32_t hypertable_id, chunk::Slice begins) {
  return pg::call([&] {
    const Relations ours = required_relations();
    Relation table = table_open(ours.chunk, AccessShareLock);
    ScanKeyData conditions[3];
    ScanKeyInit(&conditions[0], kHypertableId, BTEqualStrategyNumber, F_INT4EQ,
                Int32GetDatum(hypertable_id));
    ScanKeyInit(&conditions[1], kRangeBegin, BTGreaterEqualStrategyNumber, F_INT8GE,
                Int64GetDatum(begins.begin));
    ScanKeyInit(&conditions[2], kRangeBegin, BTLessStrategyNumber, F_INT8LT,
                Int64GetDatum(begins.end));
    const Chunks found = collect(table, ours.chunk_hypertable_id_range_begin_key, conditions);
    table_close(table, AccessShareLock);
    return found;
  });
}

std::int32_t ChunkTable::next_id() {
  return pg::call([] {
    return static_cast<std::int32_t>(nextval_internal(required_relations().chunk_id_seq, false));
  });
}

void ChunkTable::insert(const Chunk& row) {
  pg::call([&] {
    Relation table = table_open(required_relations().chunk, RowExclusiveLock);
    Datum values[kColumns] = {Int32GetDatum(row.id),          ObjectIdGetDatum(row.hypertable_id),
                              ObjectIdGetDatum(row.relation), Int64GetDatum(row.slice.begin),
                              Int64GetDatum(row.slice.end),   TimestampTzGetDatum(row.created)};
    bool nulls[kColumns] = {};
    CatalogTupleInsert(table, heap_form_tuple(RelationGetDescr(table), values, nulls));
    table_close(table, NoLock);
    CommandCounterIncrement();
  });
}

void ChunkTable::update(const Chunk& row) {
  pg::call([&] {
    with_row(required_relations(), row.relation, RowExclusiveLock,
             [&](Relation table, HeapTuple tuple) {
               Datum values[kColumns] = {};
               bool nulls[kColumns] = {};
               bool replaced[kColumns] = {};
               values[kRangeBegin - 1] = Int64GetDatum(row.slice.begin);
               values[kRangeEnd - 1] = Int64GetDatum(row.slice.end);
               values[kCreated - 1] = TimestampTzGetDatum(row.created);
               for (const int column : {kRangeBegin, kRangeEnd, kCreated}) {
                 replaced[column - 1] = true;
               }
               HeapTuple changed =
                   heap_modify_tuple(tuple, RelationGetDescr(table), values, nulls, replaced);
               CatalogTupleUpdate(table, &changed->t_self, changed);
               CommandCounterIncrement();
             });
  });
}

void ChunkTable::remove(Oid relation) {
  pg::call([&] {
    const auto ours = relations();
    if (!ours) return;
    with_row(*ours, relation, RowExclusiveLock, [](Relation table, HeapTuple tuple) {
      CatalogTupleDelete(table, &tuple->t_self);
      CommandCounterIncrement();
    });
  });
}

}  // namespace varve::catalog
