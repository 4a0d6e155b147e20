// The row groups of a chunk, and what their descriptors say.
#include <algorithm>
#include <new>

#include "extension/columnstore/reader_state.h"

namespace varve::columnstore {
namespace {

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

}  // namespace

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

void report_missing_bytes(const Place& place) {
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

bool find_column(Reader::State& state, int position, AttrNumber attribute,
                 codec::ColumnDescriptor& column) {
  const auto found = descriptor_of(state, position).find(attribute);
  if (found) column = *found;
  return found.has_value();
}

}  // namespace varve::columnstore
