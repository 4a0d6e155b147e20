// The columns of a row group: their segments, as stored or as a backend keeps them, and vectors.
#include <algorithm>

#include "extension/columnstore/blob_cache.h"
#include "extension/columnstore/reader_state.h"
#include "extension/columnstore/value_range.h"

#include "extension/pg/memory.h"
extern "C" {
#include <access/htup_details.h>
#include <catalog/pg_type.h>
#include <miscadmin.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::columnstore {
namespace {

/// The column as it was when the group was written. ALTER TABLE reads a table after it has changed
/// the catalog, and leaves groups as they are where the new type has the same bytes.
Column as_written(const OpenColumn& open, const codec::ColumnDescriptor& column) {
  Column written = open.column;
  if (column.type == written.type) return written;
  if (!SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(column.type))) return written;
  TypeFacts facts = {column.type, 0, false};
  get_typlenbyval(column.type, &facts.length, &facts.by_value);
  written.type = column.type;
  written.representation = representation_of(facts);
  return written;
}

/// A segment as it is stored, for as long as the open column's context is.
struct StoredSegment {
  ByteView bytes;
  CachedBlob* cached;  // null where it is not in the cache
};

StoredSegment stored_segment(const Reader::State& state, const OpenColumn& open, int position,
                             const codec::ColumnDescriptor& column) {
  if ((column.flags & codec::kInline) != 0) {
    return {state.groups[position].descriptor->inline_segment(column), nullptr};
  }
  const auto view = [&](const char* bytes) { return std::as_bytes(std::span(bytes, column.size)); };
  const Place place{state, state.infos[position].number, open.column.attribute};
  const CachedBlob::Key key = {RelationGetRelid(state.store.toast), column.value_id};
  CachedBlob* cached = find_blob(key, column.size, open.context);
  if (cached != nullptr) return {view(cached->bytes), cached};
  char* room = blob_room(column.size);
  if (room == nullptr) {
    return {view(blob(place, open.context, column.value_id, column.size)), nullptr};
  }
  HOLD_INTERRUPTS();  // a cancel would lose the room
  const bool is_whole = read_blob(state.store, column.value_id, room, column.size);
  RESUME_INTERRUPTS();
  if (!is_whole) {
    pfree(room);
    report_missing_bytes(place);
  }
  cached = add_blob(key, room, column.size, open.context);
  return {view(cached->bytes), cached};
}

std::uint32_t rows_of_vector(const GroupInfo& group, std::uint32_t vector) {
  const std::uint32_t before = vector * kVectorLength;
  if (before >= group.rows) elog(ERROR, "row group %u has no vector %u", group.number, vector);
  return std::min(kVectorLength, group.rows - before);
}

/// What every row of a group older than the column has.
void fill_missing(Reader::State& state, OpenColumn& open) {
  bool is_null;
  const Datum value = getmissingattr(columns_of(state), open.column.attribute, &is_null);
  std::fill_n(open.values, open.result.rows, is_null ? Datum{0} : value);
  std::fill_n(open.nulls, open.result.rows, is_null);
}

void make_room(const Reader::State& state, OpenColumn& open) {
  if (open.values != nullptr) return;
  open.values =
      static_cast<Datum*>(MemoryContextAlloc(state.context, kVectorLength * sizeof(Datum)));
  open.nulls = static_cast<bool*>(MemoryContextAlloc(state.context, kVectorLength * sizeof(bool)));
  open.result = {0, open.values, open.nulls};
}

void load(Reader::State& state, OpenColumn& open, int position, std::uint32_t vector) {
  if (open.group != position) open_segment(state, open, position);
  open.vector = kNone;
  make_room(state, open);
  open.result.rows = rows_of_vector(state.infos[position], vector);
  if (open.decoder == nullptr) {
    fill_missing(state, open);
  } else {
    const Place place{state, state.infos[position].number, open.column.attribute};
    reading(place, [&] {
      const std::uint32_t rows = open.decoder->decode(vector, open.values, open.nulls);
      codec::require(rows == open.result.rows, "rows of a vector");
      return 0;
    });
  }
  open.vector = static_cast<int>(vector);
}

/// Whether the row could be had alone; a vector that many are asked of is decoded. A row is often
/// asked for twice: by who finds it, and by who changes it.
bool pick(Reader::State& state, OpenColumn& open, int position, std::uint32_t row, Datum& value,
          bool& is_null) {
  const std::uint32_t vector = row / kVectorLength;
  if (open.group != position) open_segment(state, open, position);
  if (open.decoder == nullptr) return false;
  if (open.picked_row == row) {
    value = open.picked_value;
    is_null = open.picked_null;
    return true;
  }
  if (open.picking != static_cast<int>(vector)) open.picked = 0;
  open.picking = static_cast<int>(vector);
  if (open.picked == ColumnDecoder::kMostPicked) return false;
  const Place place{state, state.infos[position].number, open.column.attribute};
  open.picked_row = kNone;
  const bool is_picked = reading(place, [&] {
    return open.decoder->pick(vector, row % kVectorLength, open.picked++, value, is_null);
  });
  if (!is_picked) return false;
  open.picked_row = row;
  open.picked_value = value;
  open.picked_null = is_null;
  return true;
}

}  // namespace

OpenColumn& known_column(Reader::State& state, AttrNumber attribute) {
  const TupleDesc columns = columns_of(state);
  if (attribute < 1 || attribute > columns->natts) {
    elog(ERROR, "chunk \"%s\" has no column %d", RelationGetRelationName(state.chunk), attribute);
  }
  OpenColumn& open = state.columns[attribute - 1];
  if (open.is_known) return open;
  const MemoryContext outer = MemoryContextSwitchTo(state.context);
  open.column = column_of(*TupleDescAttr(columns, attribute - 1));
  open.group = open.vector = open.picking = kNone;
  open.picked_row = kNone;
  open.context = AllocSetContextCreate(state.context, "columnar segment", ALLOCSET_SMALL_SIZES);
  open.is_known = true;
  MemoryContextSwitchTo(outer);
  return open;
}

void open_segment(Reader::State& state, OpenColumn& open, int position) {
  open.group = open.vector = open.picking = kNone;
  open.picked_row = kNone;
  open.stored = 0;
  open.decoder = nullptr;
  MemoryContextReset(open.context);
  const Place place{state, state.infos[position].number, open.column.attribute};
  codec::ColumnDescriptor column;
  if (find_column(state, position, open.column.attribute, column)) {
    const Column written = as_written(open, column);
    open.has_zones = had_same_order(open.column, column);
    const StoredSegment stored = stored_segment(state, open, position, column);
    const bool is_checked = stored.cached != nullptr && stored.cached->is_checked;
    open.decoder = reading(place, [&] {
      auto owned = pg::ContextOwned<ColumnDecoder>::make(open.context, written, column,
                                                         stored.bytes, is_checked,
                                                         state.infos[position].rows, open.context);
      return owned.operator->();
    });
    if (stored.cached != nullptr) stored.cached->is_checked = true;
    if (stored.cached != nullptr) open.stored = stored.bytes.size();
  }
  open.group = position;
}

void value_of(Reader::State& state, int position, std::uint32_t row, AttrNumber attribute,
              Datum& value, bool& is_null) {
  OpenColumn& open = known_column(state, attribute);
  const auto vector = static_cast<int>(row / kVectorLength);
  const bool is_decoded = open.group == position && open.vector == vector;
  if (!is_decoded && pick(state, open, position, row, value, is_null)) return;
  const Vector& values = vector_of(state, position, row / kVectorLength, attribute);
  value = values.values[row % kVectorLength];
  is_null = values.nulls[row % kVectorLength];
}

const Vector& vector_of(Reader::State& state, int position, std::uint32_t vector,
                        AttrNumber attribute) {
  OpenColumn& open = known_column(state, attribute);
  if (open.group != position || open.vector != static_cast<int>(vector)) {
    load(state, open, position, vector);
  }
  return open.result;
}

}  // namespace varve::columnstore
