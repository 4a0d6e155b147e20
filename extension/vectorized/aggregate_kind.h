#pragma once

#include "extension/vectorized/accumulator.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/primnodes.h>
}

// Which of PostgreSQL's aggregates are accumulated by vectors, and what they give. C API.
namespace varve::vectorized {

/// How the argument's Datum becomes a number.
struct AggregateKind {
  Oid function;
  Aggregate aggregate;
  Number number;
  std::int16_t length;  // of the argument: 1, 2, 4, 8 or -1
  enum class Result { kInteger, kNumeric, kReal } result;
  std::int16_t result_length;
};

/// The kind of an aggregate function, or null.
const AggregateKind* kind_of(Oid function);

/// What the aggregate gives, in the current memory context.
Datum result_of(const AggregateKind& kind, const Accumulator& state, bool* is_null);

}  // namespace varve::vectorized
