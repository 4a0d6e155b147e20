#include "extension/columnstore/group_states.h"

#include <cstring>

#include "kernel/codec/zone.h"

#include "extension/columnar/row_header.h"
#include "extension/columnstore/column.h"
#include "extension/columnstore/group_store.h"
#include "extension/columnstore/reader.h"

#include "extension/pg/boundary.h"
#include "extension/pg/memory.h"
extern "C" {
#include <utils/snapmgr.h>
}

namespace varve::columnstore {
namespace {

std::uint64_t order_key_of(Range range, const std::byte* end) {
  if (range == Range::kBytes) {
    return codec::order_key(std::string_view(reinterpret_cast<const char*>(end), 8));
  }
  std::int64_t bits;
  std::memcpy(&bits, end, sizeof bits);
  return range == Range::kInteger ? codec::order_key(bits)
                                  : codec::order_key(std::bit_cast<double>(bits));
}

KeySpan span_of(const codec::RowGroup& group, codec::SortKey key, TupleDesc columns) {
  const auto column = group.find(key.attribute);
  const FormData_pg_attribute& attribute = *TupleDescAttr(columns, key.attribute - 1);
  if (!column || attribute.attisdropped || (column->flags & codec::kHasRange) == 0) return {};
  const Range range = range_of(pg::call([&] { return column_of(attribute); }).representation);
  if (range == Range::kNone) return {};
  const std::uint64_t min = order_key_of(range, column->min);
  const std::uint64_t max = order_key_of(range, column->max);
  if ((key.flags & codec::kDescending) != 0) return {~max, ~min, true};
  return {min, max, true};
}

void describe(Relation chunk, const Store& store, const StoreScan& scan, GroupState& state) {
  pg::ContextResource memory(CurrentMemoryContext);
  Bytes room(&memory);
  const codec::RowGroup group(
      descriptor_of(store, std::as_bytes(std::span(scan.data, scan.size)), room));
  for (std::size_t i = 0; i < kPlannedKeys && i < group.sort_keys(); ++i) {
    const codec::SortKey key = group.sort_key(i);
    if (key.attribute > RelationGetNumberOfAttributes(chunk)) break;
    state.keys[i] = span_of(group, key, RelationGetDescr(chunk));
  }
}

void describe_all(Relation chunk, FoundGroups& groups) {
  const Store store = open_store(chunk->rd_rel->reltoastrelid, AccessShareLock);
  StoreScan scan(store, kGroupKind);
  for (std::size_t i = 0; i < groups.count && scan.next(); ++i) {
    pg::entry([&] { describe(chunk, store, scan, groups.states[i]); });
  }
  scan.end();
  close_store(store);
}

}  // namespace

FoundGroups found_groups(Relation chunk, TransactionId oldest) {
  FoundGroups groups = {};
  if (!has_groups(chunk)) return groups;
  Reader* reader = Reader::open(chunk);
  const auto infos = reader->groups();
  groups.count = infos.size();
  groups.numbers = static_cast<std::uint16_t*>(palloc(groups.count * sizeof(std::uint16_t)));
  groups.states = static_cast<GroupState*>(palloc0(groups.count * sizeof(GroupState)));
  groups.tombstones = static_cast<std::uint32_t*>(palloc(groups.count * sizeof(std::uint32_t)));
  auto headers = columnar::RowHeaders::open(chunk, AccessShareLock);
  for (std::size_t i = 0; i < groups.count; ++i) {
    const auto tombstones = headers.count_tombstones(infos[i].number, oldest);
    groups.numbers[i] = infos[i].number;
    groups.states[i].rows = infos[i].rows;
    groups.states[i].dead = tombstones.old;
    groups.tombstones[i] = tombstones.all;
  }
  headers.close();
  reader->close();
  describe_all(chunk, groups);
  return groups;
}

bool has_dead_to_fold(Relation chunk, TransactionId oldest) {
  if (!has_groups(chunk)) return false;
  bool found = false;
  Reader* reader = Reader::open(chunk);
  auto headers = columnar::RowHeaders::open(chunk, AccessShareLock);
  const bool has_headers = headers.any();
  for (const GroupInfo& group : reader->groups()) {
    if (!has_headers || found) break;
    found = has_many_dead({group.rows, headers.count_tombstones(group.number, oldest).old, {}});
  }
  headers.close();
  reader->close();
  return found;
}

bool has_new_tombstones(Relation chunk, const FoundGroups& groups, const GroupNumbers& carried) {
  if (groups.count == 0) return false;
  bool found = false;
  auto headers = columnar::RowHeaders::open(chunk, AccessShareLock);
  for (std::size_t i = 0; i < groups.count && !found; ++i) {
    const std::uint16_t number = groups.numbers[i];
    if (carried.of[number] != GroupNumbers::kNone) continue;
    found = headers.count_tombstones(number, InvalidTransactionId).all != groups.tombstones[i];
  }
  headers.close();
  return found;
}

}  // namespace varve::columnstore
