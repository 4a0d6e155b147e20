#pragma once

#include <optional>
#include <string_view>

#include "kernel/codec/integers.h"

/// The distinct values of a segment in ascending order, and each value's place among them: so that
/// a comparison with a constant is one with a code.
namespace varve::codec {

inline constexpr std::size_t kMaxEntries = 16384;  // of fixed size; more would not pay

/// One value of one or several integers: value i is at first[i], first[i + stride], ...
struct Tuples {
  std::span<const std::span<const std::int64_t>> fields;
  [[nodiscard]] std::size_t size() const { return fields.empty() ? 0 : fields[0].size(); }
};

/// `entries`: the row of the first occurrence of each distinct value, in ascending order of the
/// values.
struct Codes {
  std::pmr::vector<std::int64_t> codes;
  std::pmr::vector<std::uint32_t> entries;
};

/// None where there are more than kMaxEntries distinct values.
std::optional<Codes> dictionary_of(Tuples values, std::pmr::memory_resource* memory);

/// None where there are more than `most` distinct values.
std::optional<Codes> dictionary_of(std::span<const std::string_view> values, std::size_t most,
                                   std::pmr::memory_resource* memory);

/// Whether a sample repeats itself so often that a dictionary may pay: three values in four must be
/// repetitions; of tuples of several fields, than which codes are much shorter, one in 128.
bool repeats(Tuples values);

/// Appends the number of entries and a sequence for each field.
void append_entries(Tuples values, const Codes& codes, Bytes& out);

/// The entries of a dictionary of integers, field after field, and the codes into it.
class Dictionary {
 public:
  Dictionary(ByteView codes, Cut cut, ByteView aux, std::size_t fields,
             std::pmr::memory_resource* memory);

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::span<const std::int64_t> entries(std::size_t field = 0) const noexcept {
    return std::span(entries_).subspan(field * size_, size_);
  }
  [[nodiscard]] const Integers& codes() const noexcept { return codes_; }

  /// Field `field` of value i of vector m. Throws kCorruptData for a code without an entry.
  [[nodiscard]] std::int64_t at(std::size_t m, std::size_t i, std::size_t field) const;

  /// Writes field `field` of vector m's values. Throws kCorruptData for a code without an entry.
  void decode(std::size_t m, std::size_t field, std::int64_t* out) const;

 private:
  Integers codes_;
  std::size_t size_;
  std::pmr::vector<std::int64_t> entries_;
};

/// The code of value i of vector m. Throws kCorruptData for one that is not below `entries`.
std::size_t code_at(const Integers& codes, std::size_t m, std::size_t i, std::size_t entries);

/// Writes the codes of vector m. Throws kCorruptData for one that is not below `entries`.
void decode_codes(const Integers& codes, std::size_t m, std::size_t entries, std::int64_t* out);

}  // namespace varve::codec
