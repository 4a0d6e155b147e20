#pragma once

#include "extension/vectorized/accumulator.h"

#include "extension/pg/postgres.h"

// Sums and averages of numerics, exact as PostgreSQL's: 128 bits of units of 10^-16, and what does
// not fit in there as a numeric. Of an Accumulator, `integer` are the units, `more` the largest
// scale and which special values there were, `rest` the numeric. C API.
namespace varve::vectorized {

/// Adds the rows at these positions; a rest lives in `memory`.
void add_numerics(const Values& values, std::span<const std::uint16_t> rows, Accumulator& state,
                  MemoryContext memory);
/// The same where each row has a group of its own.
void add_each_numeric(const Values& values, std::span<const std::uint16_t> rows,
                      const std::uint32_t* groups, States states, MemoryContext memory);

/// The sum, with the largest scale of the values, in the current memory context.
Datum numeric_sum(const Accumulator& state);

}  // namespace varve::vectorized
