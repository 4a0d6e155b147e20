#pragma once

#include "kernel/codec/sequence.h"

namespace varve::codec {

/// A sequence of integers in whatever encoding is smallest: constant, linear, vectors, or runs
/// where fewer than one value in eight differs from its predecessor.
///
/// Runs      The values of the runs and their ends (the ordinal after a run's last value) are two
///           sequences; the first run of each vector is listed, so that a vector needs only the
///           runs that reach into it. Runs are not cut at vectors: a host's name that is the same
///           for 4000 rows is one run, not four.
class Integers {
 public:
  Integers() = default;

  /// The integers at the front of `in`, which moves past them. Checks everything that decode()
  /// relies on; throws kCorruptData, or kUnsupported for an encoding or mode from the future.
  static Integers open(ByteView& in, Cut cut);

  /// Writes the cut.count(m) integers of vector m.
  void decode(std::size_t m, std::int64_t* out) const noexcept;

  /// Integer i of vector m, as decode() writes it.
  [[nodiscard]] std::int64_t at(std::size_t m, std::size_t i) const noexcept;

  [[nodiscard]] SequenceEncoding encoding() const noexcept {
    return runs_ > 0 ? SequenceEncoding::kRuns : plain_.encoding();
  }
  /// What is stored where encoding() is not kRuns.
  [[nodiscard]] const Sequence& sequence() const noexcept { return plain_; }
  [[nodiscard]] const Cut& cut() const noexcept { return cut_; }

 private:
  void decode_runs(std::size_t m, std::int64_t* out) const noexcept;
  [[nodiscard]] std::int64_t value_of_run(std::size_t m, std::size_t i) const noexcept;

  Cut cut_{0};
  Sequence plain_;  // the integers, or the runs' values
  Sequence ends_;
  std::size_t runs_ = 0;
  const std::byte* first_runs_ = nullptr;  // u16 for each vector
};

/// Appends `values`, which `cut` cuts. `out` is at a multiple of 8 bytes from the start of its
/// blob before and after.
void encode_integers(std::span<const std::int64_t> values, Cut cut, const IntegerOptions& options,
                     Bytes& out);

}  // namespace varve::codec
