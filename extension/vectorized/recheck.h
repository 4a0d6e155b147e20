#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
}

namespace varve::vectorized {

/// The row that a scan is asked to give instead of scanning, while PostgreSQL tests a row's new
/// version against the query (EvalPlanQual). C API.
class Recheck {
 public:
  void begin(Relation chunk, EState& estate);
  /// True where the scan is to give that row, or, with null, none at all.
  bool find(const ScanState& node, TupleTableSlot** row);

 private:
  bool take(EPQState& test, Index table, TupleTableSlot** row);

  TupleTableSlot* slot_ = nullptr;  // of a heap tuple; null: nothing is being tested
};

}  // namespace varve::vectorized
