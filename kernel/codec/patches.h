#pragma once

#include <optional>

#include "kernel/codec/cut.h"
#include "kernel/codec/wire.h"

namespace varve::codec {

/// Doubles that a segment's scheme does not give back, vector by vector: their bits and positions.
/// The ordinary NaN is a list of positions alone, since sensors send it often.
class Patches {
 public:
  explicit Patches(std::pmr::memory_resource* memory) : starts_(memory) {}
  /// As stored at the front of `in`.
  Patches(ByteView in, Cut cut, std::pmr::memory_resource* memory);

  /// What value i of vector m is patched with, where it is.
  [[nodiscard]] std::optional<double> find(std::size_t m, std::size_t i) const noexcept;

  /// Overwrites the patched values among vector m's.
  void apply(std::size_t m, double* out) const noexcept;

 private:
  struct Start {
    std::uint32_t value = 0;
    std::uint32_t nan = 0;
  };
  std::pmr::vector<Start> starts_;  // vectors + 1
  const std::byte* values_ = nullptr;
  const std::byte* value_positions_ = nullptr;
  const std::byte* nan_positions_ = nullptr;
};

/// Collects patches in ascending order and appends them.
class PatchWriter {
 public:
  PatchWriter(std::size_t vectors, std::pmr::memory_resource* memory)
      : counts_(2 * vectors, memory),
        values_(memory),
        value_positions_(memory),
        nan_positions_(memory) {}

  void add(std::size_t m, std::size_t position, double value);
  [[nodiscard]] bool empty() const { return value_positions_.empty() && nan_positions_.empty(); }
  void append_to(Bytes& out) const;

 private:
  std::pmr::vector<std::uint16_t> counts_;  // for each vector: values, NaNs
  std::pmr::vector<std::uint64_t> values_;
  std::pmr::vector<std::uint16_t> value_positions_;
  std::pmr::vector<std::uint16_t> nan_positions_;
};

}  // namespace varve::codec
