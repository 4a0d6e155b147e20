#include "extension/planner/skip_cursor.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <vector>

namespace varve::planner {
namespace {

constexpr std::size_t kWidth = 3;
using Value = std::optional<int>;
using Entry = std::array<Value, kWidth>;
using Columns = std::array<SkipColumn, kWidth>;

bool precedes(const Value& a, const Value& b, bool nulls_first) {
  if (a && b) return *a < *b;
  if (!a && !b) return false;
  return (a == std::nullopt) == nulls_first;
}

bool meets(SkipCondition condition, const Value& value, const Value& current) {
  switch (condition) {
    case SkipCondition::kAny: return true;
    case SkipCondition::kEqual: return value == current;
    case SkipCondition::kBeyond: return value && current && *value > *current;
    case SkipCondition::kNull: return !value;
    case SkipCondition::kNotNull: return value.has_value();
  }
  return false;
}

/// The first entry that meets the cursor's conditions, as a search of an index would find it.
const Entry* search(const std::vector<Entry>& index, const SkipCursor& cursor,
                    const Entry& current) {
  for (const Entry& entry : index) {
    bool all = true;
    for (std::size_t i = 0; i < kWidth; ++i) {
      all = all && meets(cursor.condition(static_cast<int>(i)), entry[i], current[i]);
    }
    if (all) return &entry;
  }
  return nullptr;
}

std::vector<Entry> visit(const std::vector<Entry>& index, Columns& columns) {
  std::vector<Entry> visited;
  SkipCursor cursor(columns);
  cursor.restart();
  Entry current;
  for (bool more = true; more;) {
    const Entry* entry = search(index, cursor, current);
    if (entry == nullptr) {
      more = cursor.missed();
      continue;
    }
    current = *entry;
    visited.push_back(current);
    for (std::size_t i = 0; i < kWidth; ++i) columns[i].current_is_null = !current[i];
    more = cursor.found();
  }
  return visited;
}

TEST(SkipCursor, VisitsEachDistinctValueOnceInOrder) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    Columns columns;
    for (SkipColumn& column : columns) {
      column = {random() % 2 == 0, random() % 2 == 0, random() % 4 == 0, false};
    }
    std::vector<Entry> index(random() % 40);
    for (Entry& entry : index) {
      for (std::size_t i = 0; i < kWidth; ++i) {
        const bool is_null = columns[i].may_be_null && random() % 3 == 0;
        entry[i] = is_null ? Value() : Value(static_cast<int>(random() % 4));
        if (columns[i].is_bound) entry[i] = 7;
      }
    }
    std::sort(index.begin(), index.end(), [&](const Entry& a, const Entry& b) {
      for (std::size_t i = 0; i < kWidth; ++i) {
        if (a[i] != b[i]) return precedes(a[i], b[i], columns[i].nulls_first);
      }
      return false;
    });
    std::vector<Entry> distinct = index;
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    ASSERT_EQ(visit(index, columns), distinct);
  }
}

}  // namespace
}  // namespace varve::planner
