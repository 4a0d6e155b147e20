#include "extension/columnstore/reader.h"

#include <algorithm>
#include <new>
#include <string>

#include "extension/columnstore/blob_cache.h"
#include "extension/columnstore/column_decoder.h"
#include "extension/columnstore/group_cache.h"
#include "extension/columnstore/group_head.h"
#include "extension/columnstore/store.h"
#include "extension/columnstore/value_range.h"

#include "extension/pg/boundary.h"
#include "extension/pg/memory.h"
extern "C" {
#include <access/htup_details.h>
#include <catalog/pg_type.h>
#include <miscadmin.h>
#include <storage/bufmgr.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::columnstore {
namespace {

constexpr int kNone = -1;

struct Group {
  codec::RowGroup* descriptor;  // null until it is asked for
  GroupHead head;
  char* inline_descriptor;  // behind the head; null where it is a blob
};

/// A column of the group and vector that it was last asked for.
struct OpenColumn {
  Column column;
  bool is_known;  // `column` is filled
  int group;
  int vector;
  MemoryContext context;   // of the group's segment
  ColumnDecoder* decoder;  // null: the group has no such column
  Datum* values;
  bool* nulls;
  Vector result;
};

}  // namespace

struct Reader::State {
  Relation chunk;
  TupleDesc described;  // null: the relation's
  Store store;
  bool is_open;
  MemoryContext context;
  GroupInfo* infos;
  Group* groups;  // in the same order
  std::size_t count;
  std::size_t room;     // of the two arrays
  OpenColumn* columns;  // by attribute number - 1
};

namespace {

TupleDesc columns_of(const Reader::State& state) {
  return state.described != nullptr ? state.described : RelationGetDescr(state.chunk);
}

/// What the errors of a block of C++ are about.
struct Place {
  const Reader::State& state;
  int group;  // its number
  AttrNumber attribute = InvalidAttrNumber;
};

std::string detail_of(const Place& place) {
  std::string detail = "Chunk \"" + std::string(RelationGetRelationName(place.state.chunk)) +
                       "\", row group " + std::to_string(place.group);
  if (place.attribute != InvalidAttrNumber) {
    const TupleDesc columns = columns_of(place.state);
    const char* name = NameStr(TupleDescAttr(columns, place.attribute - 1)->attname);
    detail += ", column \"" + std::string(name) + "\"";
  }
  return detail + ".";
}

/// Runs C++ that reads stored bytes; an error says where they are.
template <class Body>
auto reading(const Place& place, Body&& body) {
  return pg::entry([&] {
    try {
      return body();
    } catch (const Error& error) {
      const bool is_future = error.kind() == ErrorKind::kUnsupported;
      throw pg::SqlError(is_future ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_DATA_CORRUPTED,
                         error.what(), detail_of(place));
    }
  });
}

[[noreturn]] void report_missing_bytes(const Place& place) {
  reading(place, []() -> int { codec::corrupt("pieces of a blob"); });
  pg_unreachable();
}

char* blob(const Place& place, MemoryContext context, Oid id, std::size_t size) {
  if (!AllocHugeSizeIsValid(size)) report_missing_bytes(place);
  auto* bytes = static_cast<char*>(
      MemoryContextAllocExtended(context, std::max<std::size_t>(size, 1), MCXT_ALLOC_HUGE));
  if (!read_blob(place.state.store, id, bytes, size)) report_missing_bytes(place);
  return bytes;
}

// --- Groups

void grow(Reader::State& state) {
  if (state.count < state.room) return;
  state.room = std::max<std::size_t>(4, state.room * 2);
  const auto enlarge = [&](auto*& array) {
    const std::size_t size = state.room * sizeof *array;
    void* memory = array == nullptr ? palloc(size) : repalloc(array, size);
    array = static_cast<std::decay_t<decltype(array)>>(memory);
  };
  enlarge(state.infos);
  enlarge(state.groups);
}

void add_group(Reader::State& state, const StoreScan& scan) {
  const Place place{state, scan.sequence};
  const ByteView tuple = std::as_bytes(std::span(scan.data, scan.size));
  const GroupHead head = reading(place, [&] {
    codec::require(scan.sequence >= 0 && scan.sequence <= UINT16_MAX, "number of a row group");
    return checked_head(tuple);
  });
  grow(state);
  state.infos[state.count] = {static_cast<std::uint16_t>(scan.sequence), head.rows};
  Group& group = state.groups[state.count++];
  group = {nullptr, head, nullptr};
  if (head.value_id != 0) return;
  group.inline_descriptor = static_cast<char*>(palloc(std::max<std::size_t>(head.size, 1)));
  memcpy(group.inline_descriptor, scan.data + sizeof head, head.size);
}

void find_groups(Reader::State& state) {
  StoreScan scan(state.store, kGroupKind);
  while (scan.next()) add_group(state, scan);
  scan.end();
}

int position_of(const Reader::State& state, std::uint16_t number) {
  const GroupInfo* end = state.infos + state.count;
  const GroupInfo* found =
      std::lower_bound(static_cast<const GroupInfo*>(state.infos), end, number,
                       [](const GroupInfo& info, std::uint16_t n) { return info.number < n; });
  return found != end && found->number == number ? static_cast<int>(found - state.infos) : kNone;
}

int existing(const Reader::State& state, std::uint16_t number) {
  const int position = position_of(state, number);
  if (position == kNone) {
    ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
                    errmsg("chunk \"%s\" has no row group %u", RelationGetRelationName(state.chunk),
                           number)));
  }
  return position;
}

const codec::RowGroup& descriptor_of(Reader::State& state, int position) {
  Group& group = state.groups[position];
  if (group.descriptor != nullptr) return *group.descriptor;
  const Place place{state, state.infos[position].number};
  const char* bytes = group.inline_descriptor;
  if (bytes == nullptr) bytes = blob(place, state.context, group.head.value_id, group.head.size);
  void* memory = MemoryContextAlloc(state.context, sizeof(codec::RowGroup));
  static_assert(std::is_trivially_destructible_v<codec::RowGroup>);
  group.descriptor = reading(place, [&] {
    auto* descriptor =
        new (memory) codec::RowGroup(std::as_bytes(std::span(bytes, group.head.size)));
    codec::require(descriptor->rows() == group.head.rows, "rows of a row group");
    return descriptor;
  });
  return *group.descriptor;
}

/// Copies the descriptor of a column; false where the group has no such column.
bool find_column(Reader::State& state, int position, AttrNumber attribute,
                 codec::ColumnDescriptor& column) {
  const auto found = descriptor_of(state, position).find(attribute);
  if (found) column = *found;
  return found.has_value();
}

// --- Columns

OpenColumn& known_column(Reader::State& state, AttrNumber attribute) {
  const TupleDesc columns = columns_of(state);
  if (attribute < 1 || attribute > columns->natts) {
    elog(ERROR, "chunk \"%s\" has no column %d", RelationGetRelationName(state.chunk), attribute);
  }
  OpenColumn& open = state.columns[attribute - 1];
  if (open.is_known) return open;
  const MemoryContext outer = MemoryContextSwitchTo(state.context);
  open.column = column_of(*TupleDescAttr(columns, attribute - 1));
  open.group = open.vector = kNone;
  open.context = AllocSetContextCreate(state.context, "columnar segment", ALLOCSET_SMALL_SIZES);
  open.values = static_cast<Datum*>(palloc(kVectorLength * sizeof(Datum)));
  open.nulls = static_cast<bool*>(palloc(kVectorLength * sizeof(bool)));
  open.result = {0, open.values, open.nulls};
  open.is_known = true;
  MemoryContextSwitchTo(outer);
  return open;
}

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

void open_segment(Reader::State& state, OpenColumn& open, int position) {
  open.group = open.vector = kNone;
  open.decoder = nullptr;
  MemoryContextReset(open.context);
  const Place place{state, state.infos[position].number, open.column.attribute};
  codec::ColumnDescriptor column;
  if (find_column(state, position, open.column.attribute, column)) {
    const Column written = as_written(open, column);
    const StoredSegment stored = stored_segment(state, open, position, column);
    const bool is_checked = stored.cached != nullptr && stored.cached->is_checked;
    open.decoder = reading(place, [&] {
      auto owned = pg::ContextOwned<ColumnDecoder>::make(open.context, written, column,
                                                         stored.bytes, is_checked,
                                                         state.infos[position].rows, open.context);
      return owned.operator->();
    });
    if (stored.cached != nullptr) stored.cached->is_checked = true;
  }
  open.group = position;
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

void load(Reader::State& state, OpenColumn& open, int position, std::uint32_t vector) {
  if (open.group != position) open_segment(state, open, position);
  open.vector = kNone;
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

const Vector& vector_of(Reader::State& state, int position, std::uint32_t vector,
                        AttrNumber attribute) {
  OpenColumn& open = known_column(state, attribute);
  if (open.group != position || open.vector != static_cast<int>(vector)) {
    load(state, open, position, vector);
  }
  return open.result;
}

/// Of a column that the group has not: all rows have the missing value, which nothing is known of.
bool group_may_contain(Reader::State& state, int position, AttrNumber attribute,
                       const KeyedRange& range) {
  codec::ColumnDescriptor column;
  if (!find_column(state, position, attribute, column)) return true;
  if (column.nulls == state.infos[position].rows) return false;
  return range.meets(known_column(state, attribute).column, column);
}

bool zone_may_contain(Reader::State& state, OpenColumn& open, int position, std::uint32_t vector,
                      const KeyedRange& range) {
  if (open.group != position) open_segment(state, open, position);
  if (open.decoder == nullptr) return true;
  const auto zone = open.decoder->zone(vector);
  return zone && range.meets(*zone);
}

}  // namespace

Reader* Reader::open(Relation chunk) {
  auto* state = static_cast<State*>(palloc0(sizeof(State)));
  auto* reader = new (palloc(sizeof(Reader))) Reader;
  reader->state_ = state;
  state->chunk = chunk;
  state->context =
      AllocSetContextCreate(CurrentMemoryContext, "columnar reader", ALLOCSET_DEFAULT_SIZES);
  const MemoryContext outer = MemoryContextSwitchTo(state->context);
  const int natts = RelationGetNumberOfAttributes(chunk);
  state->columns = static_cast<OpenColumn*>(palloc0(std::max(natts, 1) * sizeof(OpenColumn)));
  const Oid toast = chunk->rd_rel->reltoastrelid;
  if (OidIsValid(toast)) {
    state->store = open_store(toast, AccessShareLock);
    state->is_open = true;
    // A TOAST relation in the middle of TRUNCATE is empty, and its index not yet.
    if (RelationGetNumberOfBlocks(state->store.toast) > 0) find_groups(*state);
  }
  MemoryContextSwitchTo(outer);
  return reader;
}

void Reader::close() {
  if (state_->is_open) close_store(state_->store);
  state_->is_open = false;
  MemoryContextDelete(state_->context);
}

bool Reader::suspend() {
  if (state_->described != nullptr || !state_->is_open) return false;
  close_store(state_->store);
  state_->is_open = false;
  return true;
}

void Reader::resume(Relation chunk) {
  state_->chunk = chunk;
  state_->store = open_store(chunk->rd_rel->reltoastrelid, AccessShareLock);
  state_->is_open = true;
}

std::span<const GroupInfo> Reader::groups() const { return {state_->infos, state_->count}; }

const GroupInfo* Reader::group(std::uint16_t number) const {
  const int position = position_of(*state_, number);
  return position == kNone ? nullptr : &state_->infos[position];
}

bool Reader::has_column(std::uint16_t group, AttrNumber attribute) {
  codec::ColumnDescriptor column;
  return find_column(*state_, existing(*state_, group), attribute, column);
}

std::span<const SortColumn> Reader::sort_columns(std::uint16_t group) {
  const codec::RowGroup& descriptor = descriptor_of(*state_, existing(*state_, group));
  const std::size_t count = descriptor.sort_keys();
  auto* columns = static_cast<SortColumn*>(palloc((count + 1) * sizeof(SortColumn)));
  for (std::size_t i = 0; i < count; ++i) {
    const codec::SortKey key = descriptor.sort_key(i);
    columns[i] = {key.attribute, (key.flags & codec::kDescending) != 0,
                  (key.flags & codec::kNullsFirst) != 0};
  }
  return {columns, count};
}

void Reader::describe(TupleDesc columns) {
  State& state = *state_;
  if (columns == columns_of(state)) return;
  state.described = columns == RelationGetDescr(state.chunk) ? nullptr : columns;
  const MemoryContext outer = MemoryContextSwitchTo(state.context);
  const int natts = std::max<int>(columns->natts, RelationGetNumberOfAttributes(state.chunk));
  state.columns = static_cast<OpenColumn*>(palloc0(std::max(natts, 1) * sizeof(OpenColumn)));
  MemoryContextSwitchTo(outer);
}

void Reader::row(std::uint16_t group, std::uint32_t row, const Bitmapset* wanted, Datum* values,
                 bool* nulls) {
  const int position = existing(*state_, group);
  const TupleDesc columns = columns_of(*state_);
  for (int i = 0; i < columns->natts; ++i) {
    if (wanted != nullptr && !bms_is_member(i, wanted)) continue;
    if (TupleDescAttr(columns, i)->attisdropped) {
      values[i] = 0;
      nulls[i] = true;
      continue;
    }
    const Vector& vector =
        vector_of(*state_, position, row / kVectorLength, static_cast<AttrNumber>(i + 1));
    const std::uint32_t at = row % kVectorLength;
    if (at >= vector.rows) elog(ERROR, "row group %u has no row %u", group, row);
    values[i] = vector.values[at];
    nulls[i] = vector.nulls[at];
  }
}

const Vector& Reader::column(std::uint16_t group, std::uint32_t vector, AttrNumber attribute) {
  return vector_of(*state_, existing(*state_, group), vector, attribute);
}

bool Reader::may_contain(std::uint16_t group, std::uint32_t vector, AttrNumber attribute,
                         const ValueRange& range) {
  OpenColumn& open = known_column(*state_, attribute);
  const auto keyed = KeyedRange::of(open.column, range);
  if (!keyed) return true;
  const int position = existing(*state_, group);
  return group_may_contain(*state_, position, attribute, *keyed) &&
         zone_may_contain(*state_, open, position, vector, *keyed);
}

bool Reader::may_contain(std::uint16_t group, AttrNumber attribute, const ValueRange& range) {
  const auto keyed = KeyedRange::of(known_column(*state_, attribute).column, range);
  return !keyed || group_may_contain(*state_, existing(*state_, group), attribute, *keyed);
}

bool has_groups(Relation chunk) {
  const Oid toast = chunk->rd_rel->reltoastrelid;
  if (!OidIsValid(toast)) return false;
  const Known known = known_groups(toast);
  if (known != Known::kNothing) return known == Known::kYes;
  const Store store = open_store(toast, AccessShareLock);
  bool found = false;
  if (RelationGetNumberOfBlocks(store.toast) > 0) {
    StoreScan scan(store, kGroupKind);
    found = scan.next();
    scan.end();
  }
  close_store(store);
  remember_groups(toast, found);
  return found;
}

}  // namespace varve::columnstore
