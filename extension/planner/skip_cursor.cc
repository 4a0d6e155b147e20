#include "extension/planner/skip_cursor.h"

#include <cstddef>

namespace varve::planner {

SkipCondition SkipCursor::condition(int column) const noexcept {
  if (columns_[static_cast<std::size_t>(column)].is_bound || level_ < column) {
    return SkipCondition::kAny;
  }
  return column == level_ ? condition_ : SkipCondition::kEqual;
}

/// The first search that advances column `level`, or the nearest before it that can go on.
bool SkipCursor::advance(int level) noexcept {
  for (; level >= 0; --level) {
    const SkipColumn& column = columns_[static_cast<std::size_t>(level)];
    if (column.is_bound || (column.current_is_null && !column.nulls_first)) continue;
    level_ = level;
    condition_ = column.current_is_null ? SkipCondition::kNotNull : SkipCondition::kBeyond;
    return true;
  }
  return false;
}

bool SkipCursor::found() noexcept { return advance(static_cast<int>(columns_.size()) - 1); }

bool SkipCursor::missed() noexcept {
  if (level_ == kStart) return false;
  const SkipColumn& column = columns_[static_cast<std::size_t>(level_)];
  // Values are followed by NULL, which no comparison finds.
  if (condition_ == SkipCondition::kBeyond && column.may_be_null && !column.nulls_first) {
    condition_ = SkipCondition::kNull;
    return true;
  }
  return advance(level_ - 1);
}

}  // namespace varve::planner
