#pragma once

#include "kernel/codec/cut.h"
#include "kernel/codec/wire.h"

namespace varve::codec {

inline constexpr std::size_t kMaxRows = 65536;  // of a row group: positions have 16 bits
inline constexpr std::size_t kMaxVectors = kMaxRows / kVectorRows;

/// The rows of a column that is about to be encoded; its values are dense.
struct Rows {
  std::size_t count = 0;
  /// One bit a row, least significant first: 1 where the row has a value. None: every row has.
  const std::uint64_t* validity = nullptr;
};

/// How the nulls of a segment are stored; a segment without nulls stores nothing.
enum class ValidityForm : std::uint8_t {
  kAllNull = 0,    // nothing
  kBitmap = 1,     // one bit a row
  kPositions = 2,  // a sequence of the rows that are the minority
  kRuns = 3,       // a sequence of the ends of alternating runs
};

struct ValidityHeader {
  std::uint8_t form;
  std::uint8_t valid;  // kPositions: whether those listed have values; kRuns: whether the first has
  std::uint16_t reserved;
  std::uint32_t count;  // of positions or runs
};
static_assert(sizeof(ValidityHeader) == 8 && offsetof(ValidityHeader, count) == 4);

/// Which rows of a segment have values, and where the values of each vector start.
class Validity {
 public:
  /// Of `rows` rows, all with values.
  Validity(std::size_t rows, std::pmr::memory_resource* memory);
  /// As stored at the front of `in`; checked whole.
  Validity(std::size_t rows, ByteView in, std::pmr::memory_resource* memory);
  /// As the encoder was given it.
  Validity(Rows rows, std::pmr::memory_resource* memory);

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t values() const noexcept { return starts_.back(); }
  [[nodiscard]] std::size_t vectors() const noexcept { return starts_.size() - 1; }
  [[nodiscard]] std::size_t rows_in(std::size_t m) const noexcept {
    return std::min<std::size_t>(kVectorRows, rows_ - m * kVectorRows);
  }
  [[nodiscard]] std::size_t values_in(std::size_t m) const noexcept {
    return starts_[m + 1] - starts_[m];
  }

  /// The 16 words of vector m's rows, or none where every row of the segment has a value.
  [[nodiscard]] const std::uint64_t* words(std::size_t m) const noexcept {
    return words_.empty() ? nullptr : words_.data() + m * (kVectorRows / 64);
  }

  /// How the dense values are cut; lives as long as this.
  [[nodiscard]] Cut cut() const noexcept { return {starts_.data(), vectors()}; }

  /// Appends the smallest of the forms, unless every row has a value.
  void encode(Bytes& out) const;

 private:
  void count_values();

  std::size_t rows_;
  std::pmr::vector<std::uint64_t> words_;  // whole vectors; zero beyond the last row
  std::pmr::vector<std::uint32_t> starts_;
};

}  // namespace varve::codec
