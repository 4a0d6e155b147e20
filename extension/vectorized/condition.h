#pragma once

#include "kernel/vector/filter.h"

#include "extension/columnstore/column.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tupdesc.h>
#include <nodes/primnodes.h>
}

// What columns can say about a qualifier. C API.
namespace varve::vectorized {

/// A qualifier of the form `column operator value`, `column = ANY (array)`, `column IS [NOT] NULL`,
/// or a boolean column, negated or not. The value is of no column, and not volatile.
struct Condition {
  enum class Kind { kComparison, kAny, kIsNull, kIsNotNull, kIsTrue, kIsFalse };
  Kind kind;
  columnstore::Column column;
  vector::Comparison comparison;
  Expr* value;          // of kComparison and kAny
  Oid value_type;       // of the value, or of the array's elements
  std::int16_t length;  // of the type
  bool by_value;
  bool decides;   // values of the column, compared as numbers, tell all about it
  bool excludes;  // the ranges that groups and vectors state may
  Oid hash;       // what hashes values for the bloom filters of groups; InvalidOid: they cannot say
};

/// False where the qualifier is of no such form. `table` is the range table index of the scan,
/// `columns` its row type.
bool condition_of(Node* qualifier, Index table, TupleDesc columns, Condition* condition);

/// Whether the value can be computed at any time: that never fails, and has no effect.
bool is_harmless(const Expr* value);

}  // namespace varve::vectorized
