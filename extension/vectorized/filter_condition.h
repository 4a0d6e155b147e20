#pragma once

#include "extension/columnstore/reader.h"
#include "extension/vectorized/condition.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
}

// A condition of a filter, once its value is known: as ranges that exclude groups and vectors, and
// as what decides the rows of a vector. C API.
namespace varve::vectorized {

struct FilterCondition {
  Condition condition;
  Node* qualifier;
  ExprState* value;  // null: none is needed
  bool is_harmless;
  bool is_first_to_fail;  // nothing that is tested row by row comes before it
  bool is_known;          // what follows is filled
  bool is_never;          // no row satisfies it: a comparison with null
  vector::IntegerRange integers;
  vector::DoubleRange doubles;
  std::int64_t* set;  // kAny: its elements, ascending
  std::size_t set_count;
  columnstore::ValueRange* ranges;  // one of which a row must be in
  std::size_t range_count;          // 0 and `excludes`: nothing to exclude by
  std::uint64_t* hashes;            // one of which a row's value must have
  std::size_t hash_count;           // 0: nothing to exclude by
};

/// Fills what follows from the condition's value, in the current memory context; of conditions
/// without a value, with null.
void set_value(FilterCondition& known, Datum value, bool is_null);

/// Whether no row of the group, or of the vector, can satisfy the condition.
bool excludes(columnstore::Reader& reader, std::uint16_t group, const FilterCondition& known);
bool excludes(columnstore::Reader& reader, std::uint16_t group, std::uint32_t vector,
              const FilterCondition& known);

/// Lets go of the rows of the vector that do not satisfy the condition, which decides them.
void apply(const FilterCondition& known, const columnstore::Vector& column, vector::Passes passes);

}  // namespace varve::vectorized
