#include "extension/columnstore/row_sorter.h"

#include <algorithm>
#include <new>
#include <unordered_map>
#include <vector>

#include "kernel/codec/zone.h"

#include "extension/columnstore/key_order.h"

#include "extension/pg/boundary.h"
#include "extension/pg/memory.h"
extern "C" {
#include <catalog/pg_collation.h>
}

namespace varve::columnstore {

struct RowSorter::State {
  ColumnBuffer* buffers;  // of columns that are not dropped
  std::size_t columns;
  int* keys;  // positions in `buffers`
  SortColumn* sort;
  int key_count;
  StringRoom room;
  MemoryContext context;  // of all rows
  std::size_t bytes;
  std::uint32_t rows;
};

namespace {

bool is_sortable(const Column& column, Oid collation) {
  switch (column.representation.order) {
    case Order::kInteger:
    case Order::kDouble: return true;
    case Order::kBytes: return !OidIsValid(collation) || collation == C_COLLATION_OID;
    case Order::kNone: return false;
  }
  return false;
}

void make_buffers(RowSorter::State& state, TupleDesc columns) {
  state.buffers = static_cast<ColumnBuffer*>(palloc(sizeof(ColumnBuffer) * (columns->natts + 1)));
  for (int i = 0; i < columns->natts; ++i) {
    const FormData_pg_attribute& attribute = *TupleDescAttr(columns, i);
    if (attribute.attisdropped) continue;
    state.buffers[state.columns++] = make_buffer(column_of(attribute), true);
  }
}

int position_of(const RowSorter::State& state, AttrNumber attribute) {
  for (std::size_t i = 0; i < state.columns; ++i) {
    if (state.buffers[i].column.attribute == attribute) return static_cast<int>(i);
  }
  elog(ERROR, "column %d to sort by is dropped", attribute);
}

bool is_valid(const ColumnBuffer& buffer, std::size_t row) {
  return (buffer.validity[row / 64] >> row % 64 & 1) != 0;
}

using Keys = std::pmr::vector<std::uint64_t>;

Keys integer_keys(const ColumnBuffer& buffer, std::pmr::memory_resource* memory) {
  Keys keys(buffer.rows, memory);
  for (std::size_t row = 0; row < keys.size(); ++row) {
    keys[row] = is_valid(buffer, row) ? codec::order_key(buffer.fields[0][row]) : 0;
  }
  return keys;
}

Keys double_keys(const ColumnBuffer& buffer, std::pmr::memory_resource* memory) {
  const bool is_float4 = buffer.column.representation.form == Form::kFloat4;
  Keys keys(buffer.rows, memory);
  for (std::size_t row = 0; row < keys.size(); ++row) {
    if (!is_valid(buffer, row)) continue;
    const std::int64_t bits = buffer.fields[0][row];
    keys[row] = codec::order_key(
        is_float4 ? static_cast<double>(std::bit_cast<float>(static_cast<std::int32_t>(bits)))
                  : std::bit_cast<double>(bits));
  }
  return keys;
}

/// The ranks of strings among those that differ.
Keys string_keys(const ColumnBuffer& buffer, std::pmr::memory_resource* memory) {
  std::pmr::unordered_map<std::string_view, std::uint64_t> ranks(memory);
  for (std::size_t row = 0; row < buffer.rows; ++row) {
    if (is_valid(buffer, row)) ranks.emplace(buffer.strings[row], 0);
  }
  std::pmr::vector<std::string_view> sorted(memory);
  for (const auto& entry : ranks) sorted.push_back(entry.first);
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i) ranks[sorted[i]] = i;
  Keys keys(buffer.rows, memory);
  for (std::size_t row = 0; row < keys.size(); ++row) {
    if (is_valid(buffer, row)) keys[row] = ranks.find(buffer.strings[row])->second;
  }
  return keys;
}

Keys keys_of(const ColumnBuffer& buffer, std::pmr::memory_resource* memory) {
  switch (buffer.column.representation.order) {
    case Order::kDouble: return double_keys(buffer, memory);
    case Order::kBytes: return string_keys(buffer, memory);
    default: return integer_keys(buffer, memory);
  }
}

/// C++: the rows' numbers in their order, at `out`.
void sort(const RowSorter::State& state, std::uint32_t* out) {
  pg::ContextResource memory(state.context);
  std::vector<Keys> keys;
  std::vector<SortKeys> columns;
  keys.reserve(static_cast<std::size_t>(state.key_count));
  columns.reserve(static_cast<std::size_t>(state.key_count));
  for (int i = 0; i < state.key_count; ++i) {
    keys.push_back(keys_of(state.buffers[state.keys[i]], &memory));
  }
  for (int i = 0; i < state.key_count; ++i) {
    columns.push_back({keys[i], state.buffers[state.keys[i]].validity, state.sort[i].is_descending,
                       state.sort[i].nulls_first});
  }
  std::ranges::copy(sorted_rows(state.rows, columns, &memory), out);
}

/// Everything that rows take; the buffers are made anew.
void forget(RowSorter::State& state) {
  for (std::size_t i = 0; i < state.columns; ++i) {
    ColumnBuffer& buffer = state.buffers[i];
    if (buffer.strings != nullptr) pfree(buffer.strings);
    for (std::int64_t* field : buffer.fields) {
      if (field != nullptr) pfree(field);
    }
    pfree(buffer.validity);
    buffer = make_buffer(buffer.column, true);
  }
  MemoryContextReset(state.context);
  MemoryContextReset(state.room.context);
  state.room.left = 0;
  state.bytes = 0;
  state.rows = 0;
}

}  // namespace

RowSorter* RowSorter::open(Relation chunk, const SortOrder& order) {
  auto* state = static_cast<State*>(palloc0(sizeof(State)));
  make_buffers(*state, RelationGetDescr(chunk));
  state->sort = order.columns;
  state->key_count = order.count;
  state->keys = static_cast<int*>(palloc(sizeof(int) * (order.count + 1)));
  for (int i = 0; i < order.count; ++i) {
    state->keys[i] = position_of(*state, order.attributes[i]);
    if (!is_sortable(state->buffers[state->keys[i]].column, order.collations[i])) return nullptr;
  }
  state->room.context =
      AllocSetContextCreate(CurrentMemoryContext, "strings to be sorted", ALLOCSET_DEFAULT_SIZES);
  state->context =
      AllocSetContextCreate(CurrentMemoryContext, "order of rows", ALLOCSET_DEFAULT_SIZES);
  auto* sorter = new (palloc(sizeof(RowSorter))) RowSorter;
  sorter->state_ = state;
  return sorter;
}

void RowSorter::add(TupleTableSlot* slot) {
  State& state = *state_;
  state.bytes += append_row({state.buffers, state.columns}, slot, state.room);
  ++state.rows;
}

std::size_t RowSorter::bytes() const { return state_->bytes; }

void RowSorter::write(Writer& writer) {
  State& state = *state_;
  if (state.rows == 0) return;
  auto* rows = static_cast<std::uint32_t*>(
      MemoryContextAllocHuge(CurrentMemoryContext, state.rows * sizeof(std::uint32_t)));
  pg::entry([&] { sort(state, rows); });
  writer.add_rows(state.buffers, rows, state.rows);
  pfree(rows);
  forget(state);
}

}  // namespace varve::columnstore
