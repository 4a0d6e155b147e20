#include "extension/skipping/measure.h"

#include <algorithm>

#include "extension/columnar/handler.h"
#include "extension/columnar/heap_part.h"
#include "extension/columnstore/reader.h"
#include "extension/skipping/range_table.h"
#include "extension/skipping/version.h"

extern "C" {
#include <access/heapam.h>
#include <access/table.h>
#include <catalog/pg_type.h>
#include <executor/tuptable.h>
#include <miscadmin.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/snapmgr.h>
}

namespace varve::skipping {
namespace {

// Reading them takes as long as reading the row groups' descriptors of a large chunk.
constexpr BlockNumber kMostPages = 1024;

/// The range of one column while a chunk is being looked at.
struct Measured {
  std::int32_t column_id;
  AttrNumber attribute;
  Oid type;
  bool is_known;
  std::int64_t least;
  std::int64_t greatest;

  void widen(std::int64_t low, std::int64_t high) {
    const bool is_first = least > greatest;
    least = is_first ? low : std::min(least, low);
    greatest = is_first ? high : std::max(greatest, high);
  }
};

struct Measuring {
  Relation chunk;
  Measured* columns;
  std::size_t count;
};

void add_column(Measuring& measuring, const SkippedColumn& column) {
  const Oid chunk = RelationGetRelid(measuring.chunk);
  const AttrNumber attribute = get_attnum(chunk, NameStr(column.name));
  if (attribute <= 0) return;
  const Oid type = getBaseType(get_atttype(chunk, attribute));
  if (!has_ranges(type)) return;  // it has been given another type since
  measuring.columns[measuring.count++] = {column.id, attribute,      type,
                                          true,      kNoValuesLeast, kNoValuesGreatest};
}

Measuring measuring_of(Relation chunk, const List* columns) {
  Measuring measuring = {chunk,
                         static_cast<Measured*>(palloc(
                             sizeof(Measured) * static_cast<std::size_t>(list_length(columns)))),
                         0};
  ListCell* cell;
  foreach (cell, columns) {
    add_column(measuring, *static_cast<const SkippedColumn*>(lfirst(cell)));
  }
  return measuring;
}

void measure_groups(Measuring& measuring) {
  columnstore::Reader* reader = columnstore::Reader::open(measuring.chunk);
  for (const columnstore::GroupInfo& group : reader->groups()) {
    for (std::size_t i = 0; i < measuring.count; ++i) {
      Measured& column = measuring.columns[i];
      const columnstore::StatedRange range = reader->stated_range(group.number, column.attribute);
      column.is_known = column.is_known && range.is_known;
      if (range.is_known && range.has_values) column.widen(range.least, range.greatest);
    }
  }
  reader->close();
}

void measure_row(Measuring& measuring, TupleTableSlot* row) {
  for (std::size_t i = 0; i < measuring.count; ++i) {
    Measured& column = measuring.columns[i];
    bool is_null = false;
    const Datum datum = slot_getattr(row, column.attribute, &is_null);
    if (is_null) continue;
    const std::int64_t value = range_value(column.type, datum);
    column.widen(value, value);
  }
}

/// Every version of the rows beside the columns: older snapshots may see those that are dead. False
/// where there are too many.
bool measure_rows(Measuring& measuring) {
  Relation chunk = measuring.chunk;
  TableScanDesc scan =
      columnar::begin_heap_scan(chunk, SnapshotAny, 0, nullptr, nullptr, SO_TYPE_SEQSCAN);
  const bool is_small = reinterpret_cast<HeapScanDesc>(scan)->rs_nblocks <= kMostPages;
  TupleTableSlot* row =
      MakeSingleTupleTableSlot(RelationGetDescr(chunk), columnar::heap().slot_callbacks(chunk));
  while (is_small && columnar::heap().scan_getnextslot(scan, ForwardScanDirection, row)) {
    CHECK_FOR_INTERRUPTS();
    measure_row(measuring, row);
  }
  ExecDropSingleTupleTableSlot(row);
  columnar::heap().scan_end(scan);
  return is_small;
}

void add_ranges(std::int32_t hypertable_id, const Measuring& measuring) {
  const Oid chunk = RelationGetRelid(measuring.chunk);
  for (std::size_t i = 0; i < measuring.count; ++i) {
    const Measured& column = measuring.columns[i];
    if (!column.is_known) continue;
    add_range(hypertable_id, {chunk, column.column_id, column.least, column.greatest});
  }
  // Writers who know that the chunk has no ranges look again.
  CacheInvalidateRelcache(measuring.chunk);
  count_change(hypertable_id);
}

}  // namespace

bool has_ranges(Oid type) {
  switch (type) {
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case DATEOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID: return true;
    default: return false;
  }
}

std::int64_t range_value(Oid type, Datum value) {
  switch (type) {
    case INT2OID: return DatumGetInt16(value);
    case INT4OID:
    case DATEOID: return DatumGetInt32(value);
    default: return DatumGetInt64(value);
  }
}

void store_ranges(std::int32_t hypertable_id, Oid chunk) {
  forget_ranges(hypertable_id, chunk);
  const List* columns = columns_of(hypertable_id);
  if (columns == NIL) return;
  Relation table = table_open(chunk, NoLock);
  if (columnar::is_columnar_table(table)) {
    Measuring measuring = measuring_of(table, columns);
    measure_groups(measuring);
    if (measure_rows(measuring)) add_ranges(hypertable_id, measuring);
  }
  table_close(table, NoLock);
}

void forget_ranges(std::int32_t hypertable_id, Oid chunk) {
  if (remove_ranges(chunk)) count_change(hypertable_id);
}

bool lacks_ranges(std::int32_t hypertable_id, Oid chunk) {
  const List* columns = columns_of(hypertable_id);
  if (columns == NIL) return false;
  if (is_late(chunk) != Noted::kByNobody) return true;
  const List* known = ranged_columns(chunk);
  ListCell* cell;
  foreach (cell, columns) {
    if (!list_member_int(known, static_cast<const SkippedColumn*>(lfirst(cell))->id)) return true;
  }
  return false;
}

}  // namespace varve::skipping
