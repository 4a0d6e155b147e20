#include "extension/columnstore/reader.h"

#include <algorithm>
#include <new>

#include "extension/columnstore/group_cache.h"
#include "extension/columnstore/reader_state.h"
#include "extension/columnstore/value_range.h"

extern "C" {
#include <storage/bufmgr.h>
}

namespace varve::columnstore {
namespace {

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
  if (open.decoder == nullptr || !open.has_zones) return true;
  const auto zone = open.decoder->zone(vector);
  return zone && range.meets(*zone);
}

/// In the current memory context.
void make_columns(Reader::State& state, int count) {
  state.columns = static_cast<OpenColumn*>(palloc0(std::max(count, 1) * sizeof(OpenColumn)));
  state.column_count = count;
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
  make_columns(*state, RelationGetNumberOfAttributes(chunk));
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

std::size_t Reader::size() const {
  std::size_t size = MemoryContextMemAllocated(state_->context, true);
  for (int i = 0; i < state_->column_count; ++i) size += state_->columns[i].stored;
  return size;
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
  make_columns(state, std::max<int>(columns->natts, RelationGetNumberOfAttributes(state.chunk)));
  MemoryContextSwitchTo(outer);
}

void Reader::row(std::uint16_t group, std::uint32_t row, const Bitmapset* wanted, Datum* values,
                 bool* nulls) {
  const int position = existing(*state_, group);
  if (row >= state_->infos[position].rows) elog(ERROR, "row group %u has no row %u", group, row);
  const TupleDesc columns = columns_of(*state_);
  for (int i = 0; i < columns->natts; ++i) {
    if (wanted != nullptr && !bms_is_member(i, wanted)) continue;
    if (TupleDescAttr(columns, i)->attisdropped) {
      values[i] = 0;
      nulls[i] = true;
      continue;
    }
    value_of(*state_, position, row, static_cast<AttrNumber>(i + 1), values[i], nulls[i]);
  }
}

void Reader::value(std::uint16_t group, std::uint32_t row, AttrNumber attribute, Datum& value,
                   bool& is_null) {
  value_of(*state_, existing(*state_, group), row, attribute, value, is_null);
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
  // What the group states spares one the segment; of one that is open, the vector tells more.
  const bool is_open = open.group == position;
  if (is_open && !zone_may_contain(*state_, open, position, vector, *keyed)) return false;
  return group_may_contain(*state_, position, attribute, *keyed) &&
         (is_open || zone_may_contain(*state_, open, position, vector, *keyed));
}

bool Reader::may_contain(std::uint16_t group, AttrNumber attribute, const ValueRange& range) {
  const auto keyed = KeyedRange::of(known_column(*state_, attribute).column, range);
  return !keyed || group_may_contain(*state_, existing(*state_, group), attribute, *keyed);
}

bool Reader::is_constant(std::uint16_t group, std::uint32_t vector, AttrNumber attribute,
                         const ValueRange& value) {
  OpenColumn& open = known_column(*state_, attribute);
  if (open.column.representation.order != Order::kInteger) return false;
  const auto keyed = KeyedRange::of(open.column, value);
  const int position = existing(*state_, group);
  if (open.group != position) open_segment(*state_, open, position);
  if (!keyed || open.decoder == nullptr) return false;
  const auto zone = open.decoder->zone(vector);
  if (!zone || !keyed->is_all_of(*zone)) return false;
  codec::ColumnDescriptor column;
  return find_column(*state_, position, attribute, column) && column.nulls == 0 &&
         column.type == open.column.type;
}

StatedRange Reader::stated_range(std::uint16_t group, AttrNumber attribute) {
  const int position = existing(*state_, group);
  const Column& column = known_column(*state_, attribute).column;
  codec::ColumnDescriptor descriptor;
  if (!find_column(*state_, position, attribute, descriptor)) return {};
  if (descriptor.type != column.type || column.representation.order != Order::kInteger) return {};
  if (column.representation.is_unsigned) return {};
  if (descriptor.nulls == state_->infos[position].rows) return {true, false, 0, 0};
  if ((descriptor.flags & codec::kHasRange) == 0) return {};
  StatedRange range = {true, true, 0, 0};
  memcpy(&range.least, descriptor.min, sizeof range.least);
  memcpy(&range.greatest, descriptor.max, sizeof range.greatest);
  return range;
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
