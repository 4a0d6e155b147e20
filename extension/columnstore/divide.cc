#include "extension/columnstore/divide.h"

#include <new>

#include "extension/chunk/coordinate.h"
#include "extension/columnar/carry_over.h"
#include "extension/columnstore/chunk_size.h"
#include "extension/columnstore/group_sort.h"
#include "extension/columnstore/live_rows.h"
#include "extension/columnstore/row_versions.h"
#include "extension/columnstore/sort_order.h"

#include "extension/pg/attribute_map.h"
extern "C" {
#include <access/tupconvert.h>
#include <catalog/pg_type.h>
}

namespace varve::columnstore {
namespace {

constexpr int kSides = 2;

/// One target, and what comes into it.
struct Side {
  Relation table;
  GroupNumbers carried;
  std::int64_t carried_rows;
  std::int32_t next;     // number for the next row group
  const AttrMap* names;  // which column of the source each of its columns is
  TupleTableSlot* slot;  // a row with its columns
  Writer* writer;
  GroupSort* sort;
  VersionWriter* rest;
  std::int64_t sorted_rows;
};

/// The largest value below one of a type that is passed by value.
Datum value_before(Datum value, Oid type) {
  switch (type) {
    case INT2OID: return Int16GetDatum(static_cast<std::int16_t>(DatumGetInt16(value) - 1));
    case INT4OID:
    case DATEOID: return Int32GetDatum(DatumGetInt32(value) - 1);
    default: return Int64GetDatum(DatumGetInt64(value) - 1);
  }
}

/// The side that all rows of a group are of; kSides where they are not known to be.
int side_of(Reader& reader, const GroupInfo& group, chunk::TimeColumn time, std::int64_t point) {
  if (time.type == UUIDOID) return kSides;
  const Datum first = chunk::datum_of(point, time.type);
  const ValueRange before = {0, value_before(first, time.type), false, true};
  const ValueRange after = {first, 0, true, false};
  if (!reader.may_contain(group.number, time.number, after)) return 0;
  if (!reader.may_contain(group.number, time.number, before)) return 1;
  return kSides;
}

/// Finds out which groups lie on one side; the rows of the others.
std::int64_t assign_groups(Relation source, chunk::TimeColumn time, std::int64_t point,
                           Side* sides) {
  std::int64_t divided = 0;
  Reader* reader = Reader::open(source);
  for (const GroupInfo& group : reader->groups()) {
    const int at = side_of(*reader, group, time, point);
    if (at == kSides) {
      divided += group.rows;
      continue;
    }
    sides[at].carried.of[group.number] = sides[at].next++;
    sides[at].carried_rows += group.rows;
  }
  reader->close();
  return divided;
}

void open_side(Side& side, Relation source, const chunk::VersionTarget& target,
               const Settings& settings, std::int64_t rows) {
  const SortOrder order = sort_order(side.table, settings);
  side.names = pg::attribute_map(RelationGetDescr(source), RelationGetDescr(side.table));
  side.slot = MakeSingleTupleTableSlot(RelationGetDescr(side.table), &TTSOpsVirtual);
  side.writer = Writer::open(side.table, side.table->rd_rel->reltoastrelid,
                             static_cast<std::uint32_t>(side.next),
                             {order.columns, static_cast<std::size_t>(order.count)},
                             filters_of(source, side.table, settings));
  side.sort = new (palloc(sizeof(GroupSort)))
      GroupSort(side.table, order, *side.writer, bytes_of_columns(side.table, rows), 1.0 / kSides);
  side.rest = new (palloc(sizeof(VersionWriter))) VersionWriter(source, side.table, target.limits);
}

void close_side(Side& side) {
  side.sort->finish();
  side.next += static_cast<std::int32_t>(side.writer->finish());
  side.rest->finish();
  ExecDropSingleTupleTableSlot(side.slot);
}

GroupNumbers carried_by_any(const Side* sides) {
  GroupNumbers all = GroupNumbers::none();
  for (std::size_t i = 0; i <= columnar::kLastGroup; ++i) {
    all.of[i] = std::max(sides[0].carried.of[i], sides[1].carried.of[i]);
  }
  return all;
}

void distribute(Relation source, chunk::TimeColumn time, std::int64_t point, TransactionId oldest,
                Side* sides) {
  GroupRows rows(source, oldest, carried_by_any(sides));
  Fate fate;
  while (rows.next(fate)) {
    if (fate == Fate::kDead) continue;
    const Datum value = rows.slot->tts_values[time.number - 1];
    Side& side = sides[chunk::coordinate_of(value, time.type) < point ? 0 : 1];
    execute_attr_map_slot(const_cast<AttrMap*>(side.names), rows.slot, side.slot);
    if (fate == Fate::kVisible) {
      side.sort->add(side.slot);
      ++side.sorted_rows;
    } else {
      side.rest->add(side.slot, rows.deleter);
    }
  }
  rows.horizon.tell_standbys(source);
  rows.end();
}

}  // namespace

void divide(Relation source, chunk::TimeColumn time, std::int32_t hypertable,
            const chunk::VersionTarget* targets, chunk::ColumnCount* counts) {
  const Settings settings = settings_of(hypertable);
  const std::int64_t point = targets[0].end;
  Side sides[kSides] = {};
  for (int i = 0; i < kSides; ++i) {
    sides[i].table = targets[i].table;
    sides[i].carried = GroupNumbers::none();
  }
  const std::int64_t divided = assign_groups(source, time, point, sides);
  for (int i = 0; i < kSides; ++i) {
    copy_groups(source, sides[i].table, sides[i].carried);
    open_side(sides[i], source, targets[i], settings, divided / kSides);
  }
  distribute(source, time, point, targets[0].limits.oldest, sides);
  for (int i = 0; i < kSides; ++i) {
    close_side(sides[i]);
    columnar::copy_tombstones(source, sides[i].table, sides[i].carried, targets[i].limits);
    counts[i] = {sides[i].carried_rows + sides[i].sorted_rows, sides[i].next};
  }
}

}  // namespace varve::columnstore
