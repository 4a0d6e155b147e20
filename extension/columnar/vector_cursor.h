#pragma once

#include <cstdint>

namespace varve::columnar {

/// A place among the vectors of row groups, or before the first, or behind the last of them.
class VectorCursor {
 public:
  [[nodiscard]] int group() const noexcept { return group_; }
  [[nodiscard]] std::uint32_t vector() const noexcept {
    return static_cast<std::uint32_t>(vector_);
  }

  void move_before_first() noexcept { *this = {}; }
  void move_behind_last(int groups) noexcept {
    group_ = groups;
    vector_ = 0;
  }
  void move_to(int group, std::uint32_t vector) noexcept {
    group_ = group;
    vector_ = vector;
  }

  /// Moves to the next vector of `groups` groups; `vectors_of(group)` says how many one has, 0
  /// where nobody is interested in it. False behind the last.
  template <class VectorsOf>
  bool forward(int groups, VectorsOf&& vectors_of) {
    if (group_ >= groups) return false;
    ++vector_;
    while (vector_ >= count_) {
      vector_ = 0;
      if (++group_ >= groups) return false;
      count_ = vectors_of(group_);
    }
    return true;
  }

  /// Moves to the previous vector; false before the first.
  template <class VectorsOf>
  bool backward(VectorsOf&& vectors_of) {
    if (group_ < 0) return false;
    while (vector_ == 0) {
      if (--group_ < 0) {
        move_before_first();
        return false;
      }
      vector_ = count_ = vectors_of(group_);
    }
    --vector_;
    return true;
  }

 private:
  int group_ = -1;  // -1: before the first; how many there are: behind the last
  std::int64_t vector_ = 0;
  std::int64_t count_ = 0;  // vectors of the group
};

}  // namespace varve::columnar
