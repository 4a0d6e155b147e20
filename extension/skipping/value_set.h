#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace varve::skipping {

/// The values that satisfy one condition: of a comparison an interval, of `= ANY` those listed.
struct ValueSet {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
  const std::int64_t* values = nullptr;  // instead of the interval, if any are listed
  std::size_t count = 0;
  bool is_list = false;
};

enum class Operator : std::uint8_t { kLess = 1, kLessEqual, kEqual, kGreaterEqual, kGreater };

/// The values v with `v op value`.
ValueSet values_where(Operator op, std::int64_t value);

/// Whether one of them lies within [least, greatest]; none does where least is above greatest.
bool meets(const ValueSet& set, std::int64_t least, std::int64_t greatest);

}  // namespace varve::skipping
