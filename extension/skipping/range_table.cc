#include "extension/skipping/range_table.h"

#include "extension/catalog/relations.h"
#include "extension/catalog/scan.h"

extern "C" {
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <commands/sequence.h>
#include <utils/builtins.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
}

namespace varve::skipping {
namespace {

// Attribute numbers, as extension/sql/37_chunk_skipping.sql lists the columns.
namespace skipped_column {
enum Column : AttrNumber { kId = 1, kHypertableId, kName, kColumns = kName };
}
namespace chunk_range {
enum Column : AttrNumber {
  kHypertableId = 1,
  kRelation,
  kColumnId,
  kLeast,
  kGreatest,
  kColumns = kGreatest
};
}
namespace chunk_late {
enum Column : AttrNumber { kHypertableId = 1, kRelation, kColumns = kRelation };
}

/// A table of ours and the index to look into it by.
struct Place {
  const char* table;
  const char* index;
  AttrNumber key;  // its first column
};

constexpr Place kColumnsOfHypertable = {"skipped_column",
                                        "skipped_column_hypertable_id_column_name_key", 1};
constexpr Place kRangesOfChunk = {"chunk_range", "chunk_range_relation_column_id_key", 1};
constexpr Place kRangesOfHypertable = {"chunk_range", "chunk_range_hypertable_id_idx", 1};
constexpr Place kLateChunk = {"chunk_late", "chunk_late_relation_idx", 1};
constexpr Place kLateOfHypertable = {"chunk_late", "chunk_late_hypertable_id_idx", 1};

/// The relation of ours of that name, or InvalidOid: while the extension is being made or dropped.
Oid own_relation(const char* name) {
  const Oid schema = get_namespace_oid("varve_catalog", true);
  return OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
}

/// Calls `visit(table, tuple)` for the rows whose key is `value`: those of now, or those that
/// `snapshot` sees.
template <class Visit>
void for_each(const Place& place, LOCKMODE lock, Datum value, Snapshot snapshot, Visit&& visit) {
  if (!catalog::relations()) return;
  const Oid oid = own_relation(place.table);
  const Oid index = own_relation(place.index);
  if (!OidIsValid(oid) || !OidIsValid(index)) return;
  Relation table = table_open(oid, lock);
  Relation order = index_open(index, AccessShareLock);
  const AttrNumber attribute = order->rd_index->indkey.values[place.key - 1];
  index_close(order, AccessShareLock);
  ScanKeyData condition;
  const bool is_oid = TupleDescAttr(RelationGetDescr(table), attribute - 1)->atttypid != INT4OID;
  ScanKeyInit(&condition, attribute, BTEqualStrategyNumber, is_oid ? F_OIDEQ : F_INT4EQ, value);
  const auto each = [&](HeapTuple tuple) { visit(table, tuple); };
  if (snapshot != nullptr) {
    catalog::for_each_row(table, index, &condition, snapshot, each);
  } else {
    catalog::for_each_row(table, index, &condition, each);
  }
  table_close(table, NoLock);
}

template <int Count>
struct Row {
  Row(Relation table, HeapTuple tuple) {
    heap_deform_tuple(tuple, RelationGetDescr(table), values, nulls);
  }
  Datum values[Count];
  bool nulls[Count];
};

void insert(const char* name, Datum* values, bool* nulls) {
  Relation table = table_open(own_relation(name), RowExclusiveLock);
  CatalogTupleInsert(table, heap_form_tuple(RelationGetDescr(table), values, nulls));
  table_close(table, NoLock);
}

bool is_of_this_transaction(HeapTuple tuple) {
  return TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
}

int remove_all(const Place& place, Datum value) {
  int count = 0;
  for_each(place, RowExclusiveLock, value, nullptr, [&](Relation table, HeapTuple tuple) {
    CatalogTupleDelete(table, &tuple->t_self);
    ++count;
  });
  return count;
}

ChunkRange range_of(Relation table, HeapTuple tuple) {
  const Row<chunk_range::kColumns> row(table, tuple);
  const bool has_values = !row.nulls[chunk_range::kLeast - 1];
  return {DatumGetObjectId(row.values[chunk_range::kRelation - 1]),
          DatumGetInt32(row.values[chunk_range::kColumnId - 1]),
          has_values ? DatumGetInt64(row.values[chunk_range::kLeast - 1]) : kNoValuesLeast,
          has_values ? DatumGetInt64(row.values[chunk_range::kGreatest - 1]) : kNoValuesGreatest};
}

}  // namespace

List* columns_of(std::int32_t hypertable_id) {
  List* columns = NIL;
  for_each(kColumnsOfHypertable, AccessShareLock, Int32GetDatum(hypertable_id), nullptr,
           [&](Relation table, HeapTuple tuple) {
             const Row<skipped_column::kColumns> row(table, tuple);
             auto* column = static_cast<SkippedColumn*>(palloc(sizeof(SkippedColumn)));
             *column = {DatumGetInt32(row.values[skipped_column::kId - 1]),
                        *DatumGetName(row.values[skipped_column::kName - 1])};
             columns = lappend(columns, column);
           });
  return columns;
}

std::int32_t add_column(std::int32_t hypertable_id, const char* name) {
  const auto id =
      static_cast<std::int32_t>(nextval_internal(own_relation("skipped_column_id_seq"), false));
  NameData column;
  namestrcpy(&column, name);
  Datum values[] = {Int32GetDatum(id), Int32GetDatum(hypertable_id), NameGetDatum(&column)};
  bool nulls[skipped_column::kColumns] = {};
  insert("skipped_column", values, nulls);
  CommandCounterIncrement();
  return id;
}

void rename_column(std::int32_t hypertable_id, const char* from, const char* to) {
  bool found = false;
  for_each(kColumnsOfHypertable, RowExclusiveLock, Int32GetDatum(hypertable_id), nullptr,
           [&](Relation table, HeapTuple tuple) {
             Row<skipped_column::kColumns> row(table, tuple);
             if (strcmp(NameStr(*DatumGetName(row.values[skipped_column::kName - 1])), from) != 0) {
               return;
             }
             found = true;
             if (to == nullptr) return CatalogTupleDelete(table, &tuple->t_self);
             NameData name;
             namestrcpy(&name, to);
             row.values[skipped_column::kName - 1] = NameGetDatum(&name);
             HeapTuple changed = heap_form_tuple(RelationGetDescr(table), row.values, row.nulls);
             CatalogTupleUpdate(table, &tuple->t_self, changed);
           });
  if (found) CommandCounterIncrement();
}

void remove_columns(std::int32_t hypertable_id) {
  if (remove_all(kColumnsOfHypertable, Int32GetDatum(hypertable_id)) > 0) CommandCounterIncrement();
}

void add_range(std::int32_t hypertable_id, const ChunkRange& range) {
  Datum values[] = {Int32GetDatum(hypertable_id), ObjectIdGetDatum(range.chunk),
                    Int32GetDatum(range.column_id), Int64GetDatum(range.least),
                    Int64GetDatum(range.greatest)};
  const bool is_empty = range.least > range.greatest;
  bool nulls[] = {false, false, false, is_empty, is_empty};
  insert("chunk_range", values, nulls);
  CommandCounterIncrement();
}

bool remove_ranges(Oid chunk) {
  const Datum key = ObjectIdGetDatum(chunk);
  const bool found = remove_all(kRangesOfChunk, key) + remove_all(kLateChunk, key) > 0;
  if (found) CommandCounterIncrement();
  return found;
}

std::int32_t ranged_hypertable(Oid chunk) {
  std::int32_t hypertable_id = 0;
  SnapshotData dirty;
  InitDirtySnapshot(dirty);
  for_each(kRangesOfChunk, AccessShareLock, ObjectIdGetDatum(chunk), &dirty,
           [&](Relation table, HeapTuple tuple) {
             const Row<chunk_range::kColumns> row(table, tuple);
             hypertable_id = DatumGetInt32(row.values[chunk_range::kHypertableId - 1]);
           });
  return hypertable_id;
}

List* ranged_columns(Oid chunk) {
  List* ids = NIL;
  for_each(kRangesOfChunk, AccessShareLock, ObjectIdGetDatum(chunk), nullptr,
           [&](Relation table, HeapTuple tuple) {
             ids = lappend_int(ids, range_of(table, tuple).column_id);
           });
  return ids;
}

Noted is_late(Oid chunk) {
  Noted noted = Noted::kByNobody;
  for_each(kLateChunk, AccessShareLock, ObjectIdGetDatum(chunk), nullptr,
           [&](Relation, HeapTuple tuple) {
             if (!is_of_this_transaction(tuple)) {
               noted = Noted::kForGood;
             } else if (noted == Noted::kByNobody) {
               noted = Noted::kByUs;
             }
           });
  return noted;
}

void add_late(std::int32_t hypertable_id, Oid chunk) {
  Datum values[] = {Int32GetDatum(hypertable_id), ObjectIdGetDatum(chunk)};
  bool nulls[chunk_late::kColumns] = {};
  insert("chunk_late", values, nulls);
}

List* certain_ranges(std::int32_t hypertable_id) {
  List* ranges = NIL;
  SnapshotData dirty;
  InitDirtySnapshot(dirty);
  for_each(kRangesOfHypertable, AccessShareLock, Int32GetDatum(hypertable_id), &dirty,
           [&](Relation table, HeapTuple tuple) {
             // Somebody's transaction that inserts or deletes it has not ended.
             if (TransactionIdIsValid(dirty.xmin) || TransactionIdIsValid(dirty.xmax)) return;
             if (is_of_this_transaction(tuple)) return;
             auto* range = static_cast<ChunkRange*>(palloc(sizeof(ChunkRange)));
             *range = range_of(table, tuple);
             ranges = lappend(ranges, range);
           });
  return ranges;
}

List* late_chunks(std::int32_t hypertable_id) {
  List* chunks = NIL;
  SnapshotData dirty;
  InitDirtySnapshot(dirty);
  for_each(kLateOfHypertable, AccessShareLock, Int32GetDatum(hypertable_id), &dirty,
           [&](Relation table, HeapTuple tuple) {
             const Row<chunk_late::kColumns> row(table, tuple);
             chunks = lappend_oid(chunks, DatumGetObjectId(row.values[chunk_late::kRelation - 1]));
           });
  return chunks;
}

}  // namespace varve::skipping
