#include "extension/columnstore/row_sorter.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <unordered_map>
#include <vector>

#include "kernel/codec/zone.h"

#include "extension/columnstore/integer_type.h"
#include "extension/columnstore/key_order.h"
#include "extension/columnstore/row_images.h"

#include "extension/pg/boundary.h"
#include "extension/pg/memory.h"
extern "C" {
#include <catalog/pg_collation.h>
}

namespace varve::columnstore {

struct RowSorter::State {
  RowImages images;
  std::size_t* keys;  // positions in images.columns()
  SortColumn* sort;
  std::size_t key_count;
  MemoryContext context;  // of the order
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

std::size_t position_of(const RowImages& images, AttrNumber attribute) {
  for (std::size_t i = 0; i < images.columns().size(); ++i) {
    if (images.columns()[i].column.attribute == attribute) return i;
  }
  elog(ERROR, "column %d to sort by is dropped", attribute);
}

using Keys = std::pmr::vector<std::uint64_t>;
using Validity = std::pmr::vector<std::uint64_t>;

template <class T>
T value_at(const char* place) {
  T value;
  std::memcpy(&value, place, sizeof value);
  return value;
}

std::uint64_t integer_key(const Representation& type, const char* place) {
  return with_integer_type(type, [&](auto zero) {
    return codec::order_key(std::int64_t{value_at<decltype(zero)>(place)});
  });
}

std::uint64_t double_key(const Representation& type, const char* place) {
  return codec::order_key(type.form == Form::kFloat4 ? static_cast<double>(value_at<float>(place))
                                                     : value_at<double>(place));
}

/// One of the columns that rows are sorted by.
class KeyColumn {
 public:
  KeyColumn(const RowImages& images, std::size_t column, std::pmr::memory_resource* memory)
      : images_(images),
        column_(column),
        of_(images.columns()[column]),
        keys_(images.rows(), memory),
        validity_(memory) {
    if (of_.nulls > 0) read_validity();
    switch (of_.column.representation.order) {
      case Order::kDouble: read(double_key); break;
      case Order::kBytes: read_strings(memory); break;
      default: read(integer_key); break;
    }
  }

  [[nodiscard]] SortKeys keys(const SortColumn& sort) const {
    return {keys_, validity_.empty() ? nullptr : validity_.data(), sort.is_descending,
            sort.nulls_first};
  }

 private:
  [[nodiscard]] bool is_valid(std::size_t row) const {
    return validity_.empty() || (validity_[row / 64] >> row % 64 & 1) != 0;
  }
  [[nodiscard]] const char* place(std::size_t row) const {
    return images_.image(static_cast<std::uint32_t>(row)) + of_.offset;
  }
  [[nodiscard]] std::string_view string(std::size_t row) const {
    return value_at<std::string_view>(place(row));
  }

  void read_validity() {
    validity_.resize(keys_.size() / 64 + 1);
    for (std::size_t row = 0; row < keys_.size(); ++row) {
      const bool is_null = images_.is_null(static_cast<std::uint32_t>(row), column_);
      validity_[row / 64] |= std::uint64_t{is_null ? 0U : 1U} << row % 64;
    }
  }

  template <class KeyOf>
  void read(KeyOf key_of) {
    const Representation type = of_.column.representation;
    for (std::size_t row = 0; row < keys_.size(); ++row) {
      if (is_valid(row)) keys_[row] = key_of(type, place(row));
    }
  }

  /// The ranks of strings among those that differ.
  void read_strings(std::pmr::memory_resource* memory) {
    std::pmr::unordered_map<std::string_view, std::uint64_t> ranks(memory);
    for (std::size_t row = 0; row < keys_.size(); ++row) {
      if (is_valid(row)) ranks.emplace(string(row), 0);
    }
    std::pmr::vector<std::string_view> sorted(memory);
    for (const auto& entry : ranks) sorted.push_back(entry.first);
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i < sorted.size(); ++i) ranks[sorted[i]] = i;
    for (std::size_t row = 0; row < keys_.size(); ++row) {
      if (is_valid(row)) keys_[row] = ranks.find(string(row))->second;
    }
  }

  const RowImages& images_;
  std::size_t column_;
  const ImageColumn& of_;
  Keys keys_;
  Validity validity_;
};

/// C++: the rows' numbers in their order.
void sort(const RowSorter::State& state, std::span<std::uint32_t> out) {
  pg::ContextResource memory(state.context);
  std::vector<KeyColumn> columns;
  std::vector<SortKeys> keys;
  columns.reserve(state.key_count);
  keys.reserve(state.key_count);
  for (std::size_t i = 0; i < state.key_count; ++i) {
    keys.push_back(columns.emplace_back(state.images, state.keys[i], &memory).keys(state.sort[i]));
  }
  sort_rows(keys, out, &memory);
}

}  // namespace

RowSorter* RowSorter::open(Relation chunk, const SortOrder& order) {
  auto* state = new (palloc0(sizeof(State))) State{};
  state->images = RowImages::open(RelationGetDescr(chunk));
  state->sort = order.columns;
  state->key_count = static_cast<std::size_t>(order.count);
  state->keys = static_cast<std::size_t*>(palloc(sizeof(std::size_t) * (state->key_count + 1)));
  for (int i = 0; i < order.count; ++i) {
    state->keys[i] = position_of(state->images, order.attributes[i]);
    if (!is_sortable(state->images.columns()[state->keys[i]].column, order.collations[i])) {
      return nullptr;
    }
  }
  state->context =
      AllocSetContextCreate(CurrentMemoryContext, "order of rows", ALLOCSET_DEFAULT_SIZES);
  auto* sorter = new (palloc(sizeof(RowSorter))) RowSorter;
  sorter->state_ = state;
  return sorter;
}

void RowSorter::add(TupleTableSlot* slot) { state_->images.add(slot); }

std::size_t RowSorter::bytes() const { return state_->images.bytes(); }

void RowSorter::write(Writer& writer) {
  State& state = *state_;
  const std::uint32_t count = state.images.rows();
  if (count == 0) return;
  auto* rows = static_cast<std::uint32_t*>(
      MemoryContextAllocHuge(CurrentMemoryContext, count * sizeof(std::uint32_t)));
  pg::entry([&] { sort(state, {rows, count}); });
  MemoryContextReset(state.context);
  writer.add_rows(state.images, {rows, count});
  pfree(rows);
  state.images.clear();
}

}  // namespace varve::columnstore
