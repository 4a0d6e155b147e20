#pragma once

#include <span>

// Goes through the distinct values of the first columns of an index, like an odometer: the last
// column is advanced until it has no further value, then the one before it.
namespace varve::planner {

/// What the next search of the index asks of a column.
enum class SkipCondition {
  kAny,
  kEqual,  // the current value; NULL where that is NULL
  kBeyond,
  kNull,
  kNotNull
};

struct SkipColumn {
  bool nulls_first;  // in the direction of travel
  bool may_be_null;
  bool is_bound;         // has one value throughout
  bool current_is_null;  // filled in by the caller, with the value itself, before found()
};

/// The search: `condition(i)` for each column, its outcome told by found() or missed().
class SkipCursor {
 public:
  /// The columns belong to the caller, and outlive the cursor.
  SkipCursor() noexcept = default;  // of no columns
  explicit SkipCursor(std::span<const SkipColumn> columns) noexcept : columns_(columns) {}

  /// Before the first value: every column may have any.
  void restart() noexcept { level_ = kStart; }

  SkipCondition condition(int column) const noexcept;

  /// The search found an entry, whose values are the current ones: the next is for what follows.
  /// False where nothing can follow.
  bool found() noexcept;

  /// The search found nothing: the next one carries to the column before. False at the end.
  bool missed() noexcept;

 private:
  static constexpr int kStart = -1;

  bool advance(int level) noexcept;

  std::span<const SkipColumn> columns_;
  int level_ = kStart;  // the column that goes on; those before it keep their values
  SkipCondition condition_ = SkipCondition::kAny;
};

}  // namespace varve::planner
