#include "extension/vectorized/recheck.h"

extern "C" {
#include <access/tableam.h>
#include <executor/executor.h>
}

namespace varve::vectorized {

void Recheck::begin(Relation chunk, EState& estate) {
  if (estate.es_epq_active == nullptr) return;
  slot_ = table_slot_create(chunk, &estate.es_tupleTable);
}

bool Recheck::take(EPQState& test, Index table, TupleTableSlot** row) {
  const Index at = table - 1;
  if (test.relsubs_done[at]) return true;
  if (test.relsubs_slot[at] != nullptr) {
    test.relsubs_done[at] = true;
    *row = test.relsubs_slot[at];
    return true;
  }
  if (test.relsubs_rowmark[at] == nullptr) return false;
  test.relsubs_done[at] = true;
  if (EvalPlanQualFetchRowMark(&test, table, slot_)) *row = slot_;
  return true;
}

bool Recheck::find(const ScanState& node, TupleTableSlot** row) {
  EPQState* test = node.ps.state->es_epq_active;
  if (test == nullptr) return false;
  *row = nullptr;
  const Index table = reinterpret_cast<const Scan*>(node.ps.plan)->scanrelid;
  if (!take(*test, table, row)) return false;
  // Expressions of the node read values of a virtual tuple.
  if (!TupIsNull(*row)) slot_getallattrs(*row);
  return true;
}

}  // namespace varve::vectorized
