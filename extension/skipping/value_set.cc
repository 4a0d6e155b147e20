#include "extension/skipping/value_set.h"

#include <algorithm>

namespace varve::skipping {

ValueSet values_where(Operator op, std::int64_t value) {
  constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  ValueSet none;
  none.is_list = true;
  ValueSet set;
  switch (op) {
    case Operator::kLess:
      if (value == kFirst) return none;
      set.greatest = value - 1;
      break;
    case Operator::kLessEqual: set.greatest = value; break;
    case Operator::kEqual: set.least = set.greatest = value; break;
    case Operator::kGreaterEqual: set.least = value; break;
    case Operator::kGreater:
      if (value == kLast) return none;
      set.least = value + 1;
      break;
  }
  return set;
}

bool meets(const ValueSet& set, std::int64_t least, std::int64_t greatest) {
  if (least > greatest) return false;
  if (!set.is_list) return set.least <= greatest && set.greatest >= least;
  return std::any_of(set.values, set.values + set.count,
                     [&](std::int64_t value) { return value >= least && value <= greatest; });
}

}  // namespace varve::skipping
