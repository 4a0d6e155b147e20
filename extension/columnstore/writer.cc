#include "extension/columnstore/writer.h"

#include <algorithm>
#include <new>

#include "extension/columnstore/column_buffer.h"
#include "extension/columnstore/column_encoder.h"
#include "extension/columnstore/group_filters.h"
#include "extension/columnstore/group_store.h"
#include "extension/columnstore/progress.h"

#include "extension/pg/boundary.h"
#include "extension/pg/memory.h"
extern "C" {
#include <access/table.h>
#include <miscadmin.h>
}

namespace varve::columnstore {

struct Writer::State {
  Store store;
  ColumnBuffer* buffers;  // of columns that are not dropped
  std::size_t columns;
  const SortColumn* sort;
  std::size_t sort_columns;
  std::span<const FilterColumns> filters;
  StringRoom room;
  MemoryContext encoding;  // for one row group
  std::size_t bytes;       // that the rows of this group take
  std::size_t most_bytes;
  std::uint32_t rows;
  std::uint32_t first;
  std::uint32_t next;  // number of the group under way
};

namespace {

constexpr std::size_t kLeastBytes = std::size_t{16} << 20;
constexpr std::size_t kMostStringBytes = std::size_t{256} << 20;  // a segment holds less than 1 GB

std::size_t room_for_a_group() {
  const std::size_t memory = static_cast<std::size_t>(maintenance_work_mem) * 1024;
  return std::clamp(memory, kLeastBytes, kMostStringBytes);
}

void make_buffers(Writer::State& state, TupleDesc columns) {
  state.buffers = static_cast<ColumnBuffer*>(palloc(sizeof(ColumnBuffer) * columns->natts));
  for (int i = 0; i < columns->natts; ++i) {
    const FormData_pg_attribute& attribute = *TupleDescAttr(columns, i);
    if (attribute.attisdropped) continue;
    state.buffers[state.columns++] = make_buffer(column_of(attribute));
  }
}

const SortColumn* copied(std::span<const SortColumn> sort) {
  auto* copy =
      static_cast<SortColumn*>(palloc(std::max<std::size_t>(sort.size(), 1) * sizeof(SortColumn)));
  std::copy(sort.begin(), sort.end(), copy);
  return copy;
}

/// Adds the column's segment to the group; stores it apart unless it is small.
void write_column(const Writer::State& state, const ColumnBuffer& buffer,
                  codec::RowGroupWriter& group, std::pmr::memory_resource* memory) {
  Bytes segment(memory);
  const codec::ColumnDescriptor column = encode_column(buffer, segment);
  const std::size_t number = group.add(column, segment);
  codec::ColumnDescriptor& written = group.column(number);
  if ((written.flags & codec::kInline) != 0) return;
  put_segment(state.store, segment, written);
}

/// C++: encodes and stores the rows that are buffered as one row group.
void write_group(const Writer::State& state) {
  pg::ContextResource memory(state.encoding);
  codec::RowGroupWriter group(state.rows, 0, &memory);
  for (std::size_t i = 0; i < state.columns; ++i) {
    write_column(state, state.buffers[i], group, &memory);
    pg::call([] { CHECK_FOR_INTERRUPTS(); });
  }
  for (std::size_t i = 0; i < state.sort_columns; ++i) {
    const SortColumn& key = state.sort[i];
    std::uint8_t flags = 0;
    if (key.is_descending) flags |= codec::kDescending;
    if (key.nulls_first) flags |= codec::kNullsFirst;
    group.add_sort_key({key.attribute, flags, 0});
  }
  write_filters(state.store, {state.buffers, state.columns}, state.filters, group, state.encoding);
  Bytes descriptor(&memory);
  group.finish(descriptor);
  put_group(state.store, state.next, state.rows, descriptor);
}

void flush(Writer::State& state) {
  if (state.rows == 0) return;
  pg::entry([&] { write_group(state); });
  progress::increase(progress::Count::kGroupsWritten);
  for (std::size_t i = 0; i < state.columns; ++i) clear(state.buffers[i]);
  MemoryContextReset(state.encoding);
  clear(state.room);
  state.rows = 0;
  state.bytes = 0;
  ++state.next;
}

}  // namespace

Writer* Writer::open(Relation chunk, Oid toast, std::uint32_t first,
                     std::span<const SortColumn> sort, std::span<const FilterColumns> filters) {
  auto* state = static_cast<State*>(palloc0(sizeof(State)));
  state->store = open_store(toast, RowExclusiveLock);
  make_buffers(*state, RelationGetDescr(chunk));
  state->sort = copied(sort);
  state->sort_columns = sort.size();
  state->filters = filters;
  state->room.context =
      AllocSetContextCreate(CurrentMemoryContext, "strings of a row group", ALLOCSET_DEFAULT_SIZES);
  state->encoding =
      AllocSetContextCreate(CurrentMemoryContext, "row group", ALLOCSET_DEFAULT_SIZES);
  state->most_bytes = room_for_a_group();
  state->first = state->next = first;
  auto* writer = new (palloc(sizeof(Writer))) Writer;
  writer->state_ = state;
  return writer;
}

void Writer::add(TupleTableSlot* slot) {
  State& state = *state_;
  state.bytes += append_row({state.buffers, state.columns}, slot, state.room);
  ++state.rows;
  if (state.rows == codec::kMaxRows || state.bytes >= state.most_bytes) flush(state);
}

void Writer::add_rows(const RowImages& images, std::span<const std::uint32_t> rows) {
  State& state = *state_;
  while (!rows.empty()) {
    CHECK_FOR_INTERRUPTS();
    const std::size_t step =
        std::min<std::size_t>({rows.size(), kMostRowsAtOnce, codec::kMaxRows - state.rows});
    state.bytes += append_rows({state.buffers, state.columns}, images, rows.data(), step);
    state.rows += static_cast<std::uint32_t>(step);
    rows = rows.subspan(step);
    if (state.rows == codec::kMaxRows || state.bytes >= state.most_bytes) flush(state);
  }
  flush(state);
}

std::uint32_t Writer::finish() {
  flush(*state_);
  close_store(state_->store);
  return state_->next - state_->first;
}

}  // namespace varve::columnstore
