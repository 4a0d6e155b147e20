#pragma once

#include "extension/planner/skip_cursor.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/genam.h>
#include <access/relscan.h>
#include <access/stratnum.h>
#include <commands/explain.h>
#include <nodes/execnodes.h>
#include <nodes/plannodes.h>
}

// The state of the node SkipScan, and the parts of its work. C API; nothing here has a destructor.
namespace varve::planner {

/// A column of the prefix; its current value and the operators that search from there.
struct SkipPrefix {
  AttrNumber attribute;  // of the table
  Oid collation;
  FmgrInfo equal;
  RegProcedure beyond;
  StrategyNumber beyond_strategy;
  bool by_value;
  int16 length;
  Datum value;
};

/// A condition of the query, column operator value.
struct SkipKey {
  int column;  // of the index, from 1
  StrategyNumber strategy;
  RegProcedure procedure;
  Oid type;  // of the value
  ExprState* expression;
  Datum value;
};

struct SkipScan {
  CustomScanState css;
  Relation index;
  IndexScanDesc seek;
  IndexScanDesc rows;  // null: single pass
  ScanDirection seek_direction;
  ScanDirection rows_direction;
  ExprState* filter;         // all conditions
  ExprState* prefix_filter;  // those on the prefix alone
  TupleTableSlot* row;       // as the table stores it

  int prefix_count;
  SkipPrefix* prefix;
  SkipColumn* columns;  // what the cursor wants to know of the prefix
  SkipCursor cursor;
  int key_count;
  SkipKey* keys;

  bool has_begun;     // the values of the keys are known
  bool has_ended;     // nothing can follow
  bool in_value;      // rows of the current value are being read
  bool at_first_row;  // single pass: the entry that was found is still to be read
  // Keys of a scan point to the values of before while it goes on: two generations of them.
  MemoryContext values[2];
  int generation;
  MemoryContext key_values;
  int64 searches;  // for EXPLAIN
};

inline SkipScan& scan_of(CustomScanState* state) { return *reinterpret_cast<SkipScan*>(state); }

/// Reads what skip_path.cc has put into the plan; of an EXPLAIN without execution, no more than it
/// shows.
void read_plan(SkipScan& scan, const CustomScan& plan, int flags);

/// What EXPLAIN says of the node.
void explain_skip_scan(CustomScanState* state, List* ancestors, ExplainState* out);

/// Finds the next value of the prefix; false where there is none.
bool seek_next_value(SkipScan& scan);

/// Whether the entry under `seek` still has the current values.
bool has_current_values(const SkipScan& scan);

/// Has `rows` begin with the first row of the current value.
void seek_rows(SkipScan& scan);

}  // namespace varve::planner
