#pragma once

#include "extension/columnar/row_access.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/relscan.h>
#include <access/sdir.h>
#include <access/skey.h>
}

// Columnar rows by the keys of an index. An index of a columnar chunk need not have entries for
// rows of row groups; they are found by the ranges that groups and vectors state, and by comparing
// what is left. C API.
namespace varve::columnar {

/// A condition on one column, as an index scan has it: a comparison with one value, or with any of
/// an array.
struct KeyCondition {
  AttrNumber attribute;  // of the table
  ScanKeyData* key;
  columnstore::ValueRange range;
  bool has_range;  // whether `range`, of the value or of each element, says what the store can use
  Datum bits;      // of values that are equal to `range.low` if these bits are; 0: compare
  bool is_array;
  Datum* elements;  // without nulls
  int element_count;
};

/// The bits of a Datum that are the value, where the function compares integers of one kind for
/// equality; 0 where it does something else. What is above them depends on who made the Datum.
Datum bits_compared(RegProcedure equality);

/// The rows of a chunk's row groups that satisfy keys, in the order of their ids, whatever any
/// snapshot sees of them.
class KeyLookup {
 public:
  /// For keys of an index of plain columns; the keys must live as long. Uses the current memory
  /// context, in which it should live.
  KeyLookup(RowAccess& rows, Relation index, ScanKeyData* keys, int key_count);

  /// The next match in a direction, from the one given last; nullopt at either end.
  std::optional<RowId> next(ScanDirection direction);
  /// Starts before the first, or with `at_end` behind the last match.
  void restart(bool at_end);

 private:
  std::optional<RowId> forward();
  std::optional<RowId> backward();
  [[nodiscard]] std::uint32_t vectors() const;
  bool group_may_match();
  void hash_keys();
  void load_matches();

  RowAccess& rows_;
  Relation index_;
  KeyCondition conditions_[INDEX_MAX_KEYS];
  int condition_count_ = 0;
  bool is_impossible_ = false;
  MemoryContext context_;  // the one that was current when this was made
  columnstore::HashedColumn hashed_[INDEX_MAX_KEYS];
  int hashed_count_ = -1;  // not known yet

  int group_ = 0;            // index in Reader::groups()
  std::int64_t vector_ = 0;  // of the group
  bool is_loaded_ = false;   // matches_ are of this group and vector
  int match_count_ = 0;
  int match_ = 0;  // next one forwards
  enum class Step { kNone, kForward, kBackward };
  Step last_ = Step::kNone;  // the step that has given a match
  std::uint16_t matches_[columnstore::kVectorLength];
};

}  // namespace varve::columnar
