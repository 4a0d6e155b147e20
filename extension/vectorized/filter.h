#pragma once

#include "extension/vectorized/filter_condition.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
}

// The qualifiers of a scan as far as columns answer them: whole groups and vectors that no row can
// satisfy are passed over, and those that compare numbers are decided for a vector at a time.
//
// A condition's value is computed when the first row gets as far as that qualifier, as it would be
// if rows were tested one by one, so that no error and no side effect appears that would not appear
// then; those that are harmless (condition.h) are computed at once. Until then, it filters nothing.
// C API.
namespace varve::vectorized {

class Filter {
 public:
  /// Of the qualifiers of `node`, a scan of the chunk, in their order.
  void begin(PlanState& node, List* qualifiers, Relation chunk);
  /// What is left to be tested row by row, of rows of row groups; NIL: nothing.
  [[nodiscard]] List* rest() const { return rest_; }
  /// What is not in the rest.
  [[nodiscard]] List* decided() const { return decided_; }
  /// Forgets values: parameters may be others.
  void rescan();

  enum class Match { kMaybe, kNoneByRange, kNoneByBloom };
  /// Whether a row of the group may satisfy the qualifiers.
  Match match(columnstore::Reader& reader, std::uint16_t group);

  /// Whether ranges tell that no row of the vector can satisfy the qualifiers.
  bool excludes_vector(columnstore::Reader& reader, std::uint16_t group, std::uint32_t vector);

  struct Selection {
    std::uint32_t count;    // rows that are left
    std::uint32_t visible;  // rows that the snapshot sees; 0 where nobody looked
    std::uint16_t rows[columnstore::kVectorLength];  // positions in the vector, ascending
  };
  [[nodiscard]] int condition_count() const { return count_; }
  [[nodiscard]] const Condition& condition(int i) const { return conditions_[i].condition; }
  /// The same of rows that are in no row group: `column_of(attribute)` gives the values of a
  /// column.
  template <class ColumnOf>
  void select_rows(std::uint32_t rows, Selection* selection, ColumnOf&& column_of) {
    const vector::Passes passes = begin_rows(rows, selection);
    for (int i = 0; i < count_ && has_any(passes); ++i) {
      FilterCondition& condition = conditions_[i];
      if (!condition.condition.decides || !know(condition, true)) continue;
      if (condition.is_never) return;
      apply(condition, column_of(condition.condition.column.attribute), passes);
    }
    selection->count = static_cast<std::uint32_t>(vector::positions(passes, selection->rows));
  }

  /// The rows of a vector that is not excluded, of `rows` rows, that are not dead (`dead`: the
  /// vector's bits, or null) and satisfy the conditions.
  void select(columnstore::Reader& reader, std::uint16_t group, std::uint32_t vector,
              std::uint32_t rows, const std::uint64_t* dead, Selection* selection);

 private:
  bool know(FilterCondition& condition, bool is_reached);
  bool may_have(columnstore::Reader& reader, std::uint16_t group);
  vector::Passes begin_rows(std::uint32_t rows, Selection* selection);
  static bool has_any(vector::Passes passes);

  PlanState* node_ = nullptr;
  FilterCondition* conditions_ = nullptr;
  int count_ = 0;
  columnstore::HashedColumn* hashed_ = nullptr;  // room for as many
  List* rest_ = NIL;
  List* decided_ = NIL;
  MemoryContext values_ = nullptr;
  std::uint8_t passes_[columnstore::kVectorLength] = {};
};

}  // namespace varve::vectorized
