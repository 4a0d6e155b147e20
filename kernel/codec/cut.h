#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernel/codec/level.h"

namespace varve::codec {

/// Where a sequence of values is cut into vectors. Row groups are cut at every 1024th row, so that
/// vector m of every column is of the same rows; values are dense (nulls have none), so that a
/// vector of a column with nulls holds fewer than 1024 of them.
class Cut {
 public:
  /// `values` without nulls: all vectors hold 1024, the last one the rest.
  explicit constexpr Cut(std::size_t values)
      : values_(values), vectors_((values + kVectorRows - 1) / kVectorRows) {}

  /// Vector m is of values [starts[m], starts[m + 1]); `starts` has vectors + 1 ascending entries,
  /// at most 1024 apart, and outlives the cut.
  constexpr Cut(const std::uint32_t* starts, std::size_t vectors)
      : starts_(starts), values_(starts[vectors]), vectors_(vectors) {}

  [[nodiscard]] constexpr std::size_t values() const { return values_; }
  [[nodiscard]] constexpr std::size_t vectors() const { return vectors_; }
  [[nodiscard]] constexpr std::size_t start(std::size_t m) const {
    return starts_ != nullptr ? starts_[m] : std::min(m * kVectorRows, values_);
  }
  [[nodiscard]] constexpr std::size_t count(std::size_t m) const { return start(m + 1) - start(m); }

 private:
  const std::uint32_t* starts_ = nullptr;
  std::size_t values_;
  std::size_t vectors_;
};

}  // namespace varve::codec
