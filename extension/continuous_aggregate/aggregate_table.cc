#include "extension/continuous_aggregate/aggregate_table.h"

#include "extension/catalog/relations.h"
#include "extension/catalog/scan.h"

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <access/xlog.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <utils/fmgroids.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/pg_lsn.h>
#include <utils/rel.h>
}

namespace varve::continuous_aggregate {
namespace {

// Attribute numbers, as extension/sql/66_continuous_aggregate.sql lists the columns.
enum Column : AttrNumber {
  kId = 1,
  kRelation,
  kMaterialization,
  kDefinition,
  kRecent,
  kSourceId,
  kSource,
  kBucketColumn,
  kBucketWidth,
  kMaterializedOnly,
  kColumns = kMaterializedOnly
};

constexpr const char* kAggregates = "continuous_aggregate";
constexpr const char* kWatermarks = "aggregate_watermark";
constexpr const char* kThresholds = "aggregate_threshold";
constexpr const char* kChanges = "aggregate_change";
constexpr const char* kStale = "aggregate_stale";
constexpr const char* kFrozen = "aggregate_frozen";

/// InvalidOid where the extension is not there, or being dropped.
Oid table_named(const char* name) {
  if (!catalog::relations()) return InvalidOid;
  return get_relname_relid(name, get_namespace_oid("varve_catalog", false));
}

/// Calls `visit(table, tuple)` for the rows of a table whose column `attribute` is `key`, by a
/// scan: these tables are small.
template <class Visit>
void scan(const char* name, AttrNumber attribute, RegProcedure equals, Datum key, LOCKMODE lock,
          Snapshot snapshot, Visit&& visit) {
  const Oid oid = table_named(name);
  if (!OidIsValid(oid)) return;
  Relation table = table_open(oid, lock);
  ScanKeyData condition;
  ScanKeyInit(&condition, attribute, BTEqualStrategyNumber, equals, key);
  const auto visit_row = [&](HeapTuple tuple) { visit(table, tuple); };
  if (snapshot != nullptr) {
    catalog::for_each_row(table, InvalidOid, &condition, snapshot, visit_row);
  } else {
    catalog::for_each_row(table, InvalidOid, &condition, visit_row);
  }
  table_close(table, NoLock);
}

std::optional<Aggregate> find_one(AttrNumber attribute, RegProcedure equals, Datum key) {
  std::optional<Aggregate> found;
  scan(kAggregates, attribute, equals, key, AccessShareLock, nullptr,
       [&](Relation table, HeapTuple tuple) {
         found = AggregateTable::row_of(tuple, RelationGetDescr(table));
       });
  return found;
}

void append(const char* name, const Datum* given, int count) {
  Relation table = table_open(table_named(name), RowExclusiveLock);
  Datum values[kColumns] = {};
  bool nulls[kColumns] = {};
  for (int i = 0; i < RelationGetNumberOfAttributes(table); ++i) {
    nulls[i] = i >= count;
    if (!nulls[i]) values[i] = given[i];
  }
  CatalogTupleInsert(table, heap_form_tuple(RelationGetDescr(table), values, nulls));
  table_close(table, NoLock);
}

void append_number(const char* name, std::int32_t id, std::int64_t number) {
  const Datum values[] = {Int32GetDatum(id), Int64GetDatum(number)};
  append(name, values, lengthof(values));
}

void append_range(const char* name, std::int32_t id, Range range) {
  const Datum values[] = {Int32GetDatum(id), Int64GetDatum(range.begin), Int64GetDatum(range.end)};
  append(name, values, lengthof(values));
}

/// The second column of the row for `id`.
std::int64_t number_of(const char* name, std::int32_t id, Snapshot snapshot) {
  std::int64_t number = kBeforeAll;
  scan(name, 1, F_INT4EQ, Int32GetDatum(id), AccessShareLock, snapshot,
       [&](Relation table, HeapTuple tuple) {
         bool is_null = false;
         number = DatumGetInt64(heap_getattr(tuple, 2, RelationGetDescr(table), &is_null));
       });
  return number;
}

/// What a row of a table of ranges has behind its id.
Range range_of(HeapTuple tuple, TupleDesc columns) {
  bool is_null = false;
  return {DatumGetInt64(heap_getattr(tuple, 2, columns, &is_null)),
          DatumGetInt64(heap_getattr(tuple, 3, columns, &is_null))};
}

/// Whether one of the ranges for `id` meets `range`.
bool meets(const char* name, std::int32_t id, Range range) {
  bool found = false;
  scan(name, 1, F_INT4EQ, Int32GetDatum(id), AccessShareLock, nullptr,
       [&](Relation table, HeapTuple tuple) {
         found = found || overlap(range_of(tuple, RelationGetDescr(table)), range);
       });
  return found;
}

void remove_all(const char* name, std::int32_t id) {
  scan(name, 1, F_INT4EQ, Int32GetDatum(id), RowExclusiveLock, nullptr,
       [](Relation table, HeapTuple tuple) { CatalogTupleDelete(table, &tuple->t_self); });
}

}  // namespace

std::optional<Aggregate> AggregateTable::find(Oid relation) {
  return find_one(kRelation, F_OIDEQ, ObjectIdGetDatum(relation));
}

std::optional<Aggregate> AggregateTable::find_by_id(std::int32_t id) {
  return find_one(kId, F_INT4EQ, Int32GetDatum(id));
}

std::optional<Aggregate> AggregateTable::find_by_part(Oid relation) {
  for (const AttrNumber part : {kRelation, kMaterialization, kDefinition, kRecent}) {
    if (const auto found = find_one(part, F_OIDEQ, ObjectIdGetDatum(relation))) return found;
  }
  return std::nullopt;
}

AggregateTable::Rows AggregateTable::of_source(std::int32_t source_id) {
  Rows rows = {nullptr, 0};
  std::size_t capacity = 0;
  scan(kAggregates, kSourceId, F_INT4EQ, Int32GetDatum(source_id), AccessShareLock, nullptr,
       [&](Relation table, HeapTuple tuple) {
         if (rows.count == capacity) {
           capacity = capacity == 0 ? 4 : 2 * capacity;
           const Size size = capacity * sizeof(Aggregate);
           rows.all = static_cast<Aggregate*>(rows.all == nullptr ? palloc(size)
                                                                  : repalloc(rows.all, size));
         }
         rows.all[rows.count++] = row_of(tuple, RelationGetDescr(table));
       });
  return rows;
}

Aggregate AggregateTable::row_of(HeapTuple tuple, TupleDesc descriptor) {
  Datum values[kColumns];
  bool nulls[kColumns];
  heap_deform_tuple(tuple, descriptor, values, nulls);
  Aggregate row;
  row.id = DatumGetInt32(values[kId - 1]);
  row.relation = DatumGetObjectId(values[kRelation - 1]);
  row.materialization = DatumGetObjectId(values[kMaterialization - 1]);
  row.definition = DatumGetObjectId(values[kDefinition - 1]);
  row.recent = DatumGetObjectId(values[kRecent - 1]);
  row.source_id = DatumGetInt32(values[kSourceId - 1]);
  row.source = DatumGetObjectId(values[kSource - 1]);
  row.bucket_column = DatumGetInt16(values[kBucketColumn - 1]);
  row.bucket_width = DatumGetInt64(values[kBucketWidth - 1]);
  row.materialized_only = DatumGetBool(values[kMaterializedOnly - 1]);
  return row;
}

void AggregateTable::insert(const Aggregate& row) {
  const Datum values[] = {Int32GetDatum(row.id),
                          ObjectIdGetDatum(row.relation),
                          ObjectIdGetDatum(row.materialization),
                          ObjectIdGetDatum(row.definition),
                          ObjectIdGetDatum(row.recent),
                          Int32GetDatum(row.source_id),
                          ObjectIdGetDatum(row.source),
                          Int16GetDatum(row.bucket_column),
                          Int64GetDatum(row.bucket_width),
                          BoolGetDatum(row.materialized_only)};
  append(kAggregates, values, lengthof(values));
  append_number(kWatermarks, row.id, kBeforeAll);
  append_range(kStale, row.id, {kBeforeAll, kAfterAll});
  if (of_source(row.source_id).count == 0) append_number(kThresholds, row.source_id, kBeforeAll);
  announce(row.source);
}

void AggregateTable::set_materialized_only(const Aggregate& row, bool materialized_only) {
  scan(kAggregates, kId, F_INT4EQ, Int32GetDatum(row.id), RowExclusiveLock, nullptr,
       [&](Relation table, HeapTuple tuple) {
         Datum values[kColumns] = {};
         bool nulls[kColumns] = {};
         bool replaced[kColumns] = {};
         values[kMaterializedOnly - 1] = BoolGetDatum(materialized_only);
         replaced[kMaterializedOnly - 1] = true;
         HeapTuple changed =
             heap_modify_tuple(tuple, RelationGetDescr(table), values, nulls, replaced);
         CatalogTupleUpdate(table, &changed->t_self, changed);
       });
  CommandCounterIncrement();
}

void AggregateTable::remove(const Aggregate& row) {
  for (const char* name : {kAggregates, kWatermarks, kStale, kFrozen}) remove_all(name, row.id);
  CommandCounterIncrement();
  if (of_source(row.source_id).count == 0) {
    remove_all(kThresholds, row.source_id);
    remove_all(kChanges, row.source_id);
  }
  announce(row.source);
}

void announce(Oid source) {
  if (OidIsValid(get_rel_type_id(source))) CacheInvalidateRelcacheByRelid(source);
  CommandCounterIncrement();
}

std::int64_t watermark_at(std::int32_t id, Snapshot snapshot) {
  return number_of(kWatermarks, id, snapshot);
}

std::int64_t threshold_of(std::int32_t source_id) {
  return number_of(kThresholds, source_id, nullptr);
}

bool is_pending(const Aggregate& row, Range range) {
  return meets(kStale, row.id, range) || meets(kChanges, row.source_id, range);
}

void log_change(std::int32_t source_id, Range range) { append_range(kChanges, source_id, range); }

void log_insertion(std::int32_t source_id, Range range, XLogRecPtr after) {
  const std::uint64_t transaction = U64FromFullTransactionId(GetTopFullTransactionId());
  const Datum values[] = {
      Int32GetDatum(source_id), Int64GetDatum(range.begin),
      Int64GetDatum(range.end), Int64GetDatum(static_cast<std::int64_t>(transaction)),
      LSNGetDatum(after),       Int64GetDatum(static_cast<std::int64_t>(GetSystemIdentifier()))};
  append(kChanges, values, lengthof(values));
}

void log_frozen(std::int32_t id, Range range) { append_range(kFrozen, id, range); }

void thaw(std::int32_t id, Range range) {
  scan(kFrozen, 1, F_INT4EQ, Int32GetDatum(id), RowExclusiveLock, nullptr,
       [&](Relation table, HeapTuple tuple) {
         const Range frozen = range_of(tuple, RelationGetDescr(table));
         if (!overlap(frozen, range)) return;
         CatalogTupleDelete(table, &tuple->t_self);
         const Range before = {frozen.begin, range.begin};
         const Range after = {range.end, frozen.end};
         if (!is_empty(before)) log_frozen(id, before);
         if (!is_empty(after)) log_frozen(id, after);
       });
}

void acquire(Lock lock, std::int32_t id, bool exclusive) {
  // The fourth field keeps the tag apart from pg_advisory_lock()'s, which has 1 or 2 there.
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<uint32>(id), static_cast<uint32>(lock), 78);
  LockAcquire(&tag, exclusive ? ExclusiveLock : ShareLock, false, false);
}

}  // namespace varve::continuous_aggregate
