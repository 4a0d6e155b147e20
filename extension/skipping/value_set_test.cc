#include "extension/skipping/value_set.h"

#include <gtest/gtest.h>

namespace varve::skipping {
namespace {

constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

TEST(ValueSet, ComparisonsMeetARange) {
  const struct {
    const char* why;
    Operator op;
    std::int64_t value, least, greatest;
    bool meets;
  } cases[] = {
      {"equal, inside", Operator::kEqual, 15, 10, 20, true},
      {"equal, at the begin", Operator::kEqual, 10, 10, 20, true},
      {"equal, at the end", Operator::kEqual, 20, 10, 20, true},
      {"equal, before", Operator::kEqual, 9, 10, 20, false},
      {"equal, behind", Operator::kEqual, 21, 10, 20, false},
      {"less than the least", Operator::kLess, 10, 10, 20, false},
      {"less than one above", Operator::kLess, 11, 10, 20, true},
      {"at most the least", Operator::kLessEqual, 10, 10, 20, true},
      {"at most one below", Operator::kLessEqual, 9, 10, 20, false},
      {"greater than the greatest", Operator::kGreater, 20, 10, 20, false},
      {"greater than one below", Operator::kGreater, 19, 10, 20, true},
      {"at least the greatest", Operator::kGreaterEqual, 20, 10, 20, true},
      {"at least one above", Operator::kGreaterEqual, 21, 10, 20, false},
      {"nothing is less than the first", Operator::kLess, kFirst, kFirst, kLast, false},
      {"nothing is greater than the last", Operator::kGreater, kLast, kFirst, kLast, false},
      {"the first itself", Operator::kLessEqual, kFirst, kFirst, kFirst, true},
      {"the last itself", Operator::kGreaterEqual, kLast, kLast, kLast, true},
      {"no values, anything", Operator::kGreaterEqual, kFirst, 1, 0, false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(meets(values_where(c.op, c.value), c.least, c.greatest), c.meets) << c.why;
  }
}

TEST(ValueSet, AListMeetsARangeWithOneOfItsValues) {
  const std::int64_t values[] = {5, 30};
  ValueSet set;
  set.is_list = true;
  set.values = values;
  set.count = 2;
  EXPECT_FALSE(meets(set, 10, 20));
  EXPECT_TRUE(meets(set, 10, 30));
  EXPECT_TRUE(meets(set, 5, 5));
  set.count = 0;
  EXPECT_FALSE(meets(set, kFirst, kLast)) << "an empty list";
}

}  // namespace
}  // namespace varve::skipping
