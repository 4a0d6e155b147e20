#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "extension/columnar/row_id.h"

namespace varve::columnar {

/// Rows by the hash of their key: open addressing over memory that the owner provides. Holds each
/// row once; equal hashes may mean different keys.
class RowTable {
 public:
  struct Entry {
    std::uint32_t hash;
    std::uint32_t row;  // its sequence + 1; 0: nothing
  };

  /// How many entries the memory for `rows` rows needs: a power of two, at most two thirds full.
  static constexpr std::size_t entries_for(std::size_t rows) noexcept {
    return std::bit_ceil(rows + rows / 2 + 1);
  }

  /// Over zeroed memory of entries_for() entries.
  explicit RowTable(std::span<Entry> entries) noexcept : entries_(entries) {}

  void insert(std::uint32_t hash, RowId id) noexcept {
    std::size_t at = slot_of(hash);
    while (entries_[at].row != 0) at = next(at);
    entries_[at] = {hash, static_cast<std::uint32_t>(sequence_of(id)) + 1};
  }

  /// Calls `visit(RowId)` for each row with this hash.
  template <class Visit>
  void for_each(std::uint32_t hash, Visit&& visit) const {
    for (std::size_t at = slot_of(hash); entries_[at].row != 0; at = next(at)) {
      if (entries_[at].hash != hash) continue;
      visit(row_of_sequence(static_cast<std::int32_t>(entries_[at].row - 1)));
    }
  }

 private:
  [[nodiscard]] std::size_t slot_of(std::uint32_t hash) const noexcept {
    return hash & (entries_.size() - 1);
  }
  [[nodiscard]] std::size_t next(std::size_t at) const noexcept {
    return (at + 1) & (entries_.size() - 1);
  }

  std::span<Entry> entries_;
};

}  // namespace varve::columnar
