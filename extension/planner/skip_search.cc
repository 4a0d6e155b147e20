// How SkipScan finds values in the index.
#include "extension/planner/skip_state.h"

extern "C" {
#include <access/genam.h>
#include <access/skey.h>
#include <miscadmin.h>
#include <utils/datum.h>
#include <utils/rel.h>
}

namespace varve::planner {
namespace {

ScanKeyData comparison_key(int column, StrategyNumber strategy, Oid type, Oid collation,
                           RegProcedure procedure, Datum value) {
  ScanKeyData key;
  ScanKeyEntryInitialize(&key, 0, static_cast<AttrNumber>(column), strategy, type, collation,
                         procedure, value);
  return key;
}

ScanKeyData null_key(int column, int flag) {
  ScanKeyData key;
  ScanKeyEntryInitialize(&key, SK_ISNULL | flag, static_cast<AttrNumber>(column), InvalidStrategy,
                         InvalidOid, InvalidOid, InvalidOid, 0);
  return key;
}

/// Adds the key that `condition` means for a column of the prefix, none for any value.
void add_prefix_key(const SkipScan& scan, int i, SkipCondition condition, ScanKey keys,
                    int* count) {
  const SkipPrefix& column = scan.prefix[i];
  const bool is_null = scan.columns[i].current_is_null;
  if (condition == SkipCondition::kEqual && is_null) condition = SkipCondition::kNull;
  switch (condition) {
    case SkipCondition::kAny: return;
    case SkipCondition::kNull: keys[(*count)++] = null_key(i + 1, SK_SEARCHNULL); return;
    case SkipCondition::kNotNull: keys[(*count)++] = null_key(i + 1, SK_SEARCHNOTNULL); return;
    case SkipCondition::kEqual:
      keys[(*count)++] = comparison_key(i + 1, BTEqualStrategyNumber, InvalidOid, column.collation,
                                        column.equal.fn_oid, column.value);
      return;
    case SkipCondition::kBeyond:
      keys[(*count)++] = comparison_key(i + 1, column.beyond_strategy, InvalidOid, column.collation,
                                        column.beyond, column.value);
      return;
  }
}

/// Starts `target` again: the prefix as `condition_of(i)` says, and the conditions of the query on
/// its columns or on all. Keys come in the order of columns, as b-trees want them.
template <class ConditionOf>
void restart_scan(const SkipScan& scan, IndexScanDesc target, int column_count,
                  ConditionOf condition_of) {
  ScanKeyData keys[2 * INDEX_MAX_KEYS];
  int count = 0;
  int next = 0;
  for (int column = 1; column <= column_count; ++column) {
    const bool is_bound = column <= scan.prefix_count && scan.columns[column - 1].is_bound;
    if (column <= scan.prefix_count && !is_bound) {
      add_prefix_key(scan, column - 1, condition_of(column - 1), keys, &count);
    }
    for (; next < scan.key_count && scan.keys[next].column == column; ++next) {
      if (count == 2 * INDEX_MAX_KEYS) continue;  // every condition is tested again anyway
      const SkipKey& key = scan.keys[next];
      keys[count++] =
          comparison_key(column, key.strategy, key.type, scan.index->rd_indcollation[column - 1],
                         key.procedure, key.value);
    }
  }
  target->numberOfKeys = count;  // at most what the scan was made for
  index_rescan(target, keys, count, nullptr, 0);
}

/// Keeps the values of the prefix that the entry under `seek` has.
void remember_values(SkipScan& scan) {
  scan.generation = 1 - scan.generation;
  MemoryContextReset(scan.values[scan.generation]);
  MemoryContext caller = MemoryContextSwitchTo(scan.values[scan.generation]);
  for (int i = 0; i < scan.prefix_count; ++i) {
    SkipPrefix& column = scan.prefix[i];
    bool* is_null = &scan.columns[i].current_is_null;
    const Datum value = index_getattr(scan.seek->xs_itup, i + 1, scan.seek->xs_itupdesc, is_null);
    column.value = *is_null ? 0 : datumCopy(value, column.by_value, column.length);
  }
  MemoryContextSwitchTo(caller);
}

}  // namespace

bool has_current_values(const SkipScan& scan) {
  for (int i = 0; i < scan.prefix_count; ++i) {
    SkipPrefix& column = scan.prefix[i];
    bool is_null;
    const Datum value = index_getattr(scan.seek->xs_itup, i + 1, scan.seek->xs_itupdesc, &is_null);
    if (is_null != scan.columns[i].current_is_null) return false;
    if (!is_null &&
        !DatumGetBool(FunctionCall2Coll(&column.equal, column.collation, value, column.value))) {
      return false;
    }
  }
  return true;
}

bool seek_next_value(SkipScan& scan) {
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    restart_scan(scan, scan.seek, scan.prefix_count,
                 [&](int i) { return scan.cursor.condition(i); });
    ++scan.searches;
    if (index_getnext_tid(scan.seek, scan.seek_direction) != nullptr) break;
    if (!scan.cursor.missed()) return false;
  }
  remember_values(scan);
  scan.has_ended = !scan.cursor.found();
  return true;
}

void seek_rows(SkipScan& scan) {
  restart_scan(scan, scan.rows, IndexRelationGetNumberOfKeyAttributes(scan.index),
               [](int) { return SkipCondition::kEqual; });
  ++scan.searches;
}

}  // namespace varve::planner
