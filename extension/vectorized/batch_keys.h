#pragma once

#include <span>

#include "extension/vectorized/group_key.h"
#include "extension/vectorized/key_runs.h"
#include "extension/vectorized/text_set.h"

#include "extension/pg/postgres.h"

// The words and hashes of the keys of a batch's rows. C API.
namespace varve::vectorized {

class BatchKeys {
 public:
  /// In the current memory context.
  void begin(std::span<const PlannedKey> keys);
  /// For rows of a batch, until the next; `columns` are those of targets. What is made of them is
  /// in `memory`.
  void start(const TargetColumn* columns, std::span<const std::uint16_t> rows,
             MemoryContext memory);

  /// The number of the first row behind the i-th whose keys may be others.
  std::size_t end_of_run(std::size_t i);

  /// Computes the keys of rows from `first` to before `last`; not for rows before the last ones.
  void compute(std::size_t first, std::size_t last);
  [[nodiscard]] std::uint64_t hash(std::size_t i) const { return hashes_[i]; }
  /// The words of the i-th row's key, once keep() has been called for it.
  [[nodiscard]] const std::uint64_t* key(std::size_t i) const {
    return words_ + i * static_cast<std::size_t>(stride_);
  }
  /// Replaces texts by the copies that `texts` has.
  void keep(std::size_t i, TextSet& texts);

  [[nodiscard]] bool has_texts() const { return has_texts_; }
  /// How many words a key has.
  [[nodiscard]] int words() const { return stride_; }

 private:
  void compute_values(int key, int at, std::size_t first, std::size_t last);
  void compute_runs(int key, int at, std::size_t first, std::size_t last);
  void compute_uuids(int key, int at, std::size_t first, std::size_t last);
  void compute_texts(int key, int at, std::size_t first, std::size_t last);
  void set_word(std::size_t i, int at, std::uint64_t value);
  void set_null(int key, int at, std::size_t i);
  std::uint64_t& word(std::size_t i, int at) const {
    return words_[i * static_cast<std::size_t>(stride_) + static_cast<std::size_t>(at)];
  }

  std::span<const PlannedKey> keys_;
  int stride_ = 1;
  bool has_texts_ = false;
  std::uint64_t* words_ = nullptr;  // of one row after the other
  std::uint64_t* hashes_ = nullptr;
  std::uint64_t* text_hashes_[kMostKeys] = {};
  const TargetColumn* columns_ = nullptr;
  std::span<const std::uint16_t> rows_;
  MemoryContext memory_ = nullptr;
  KeyRuns runs_;
};

}  // namespace varve::vectorized
