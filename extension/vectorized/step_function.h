#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/primnodes.h>
}

namespace varve::vectorized {

/// The column in `date_trunc('hour', column)` or `time_bucket('1 day', column)`: a function that
/// does not descend while its column ascends, so that what it gives for two values it gives for all
/// between them. Null where the expression is nothing of the kind. C API.
const Var* column_of_step(const Node* expression);

/// How far apart what a step gives is, in units of its column, where that is always the same and
/// what it gives for one value tells the rest: then `start <= value < start + width`. 0 otherwise.
std::int64_t width_of_step(const Node* expression);

/// The column in a call that has the form of one, whatever the function: what remains to be asked
/// when the planner has decided.
const Var* column_of_call(const Node* expression);

}  // namespace varve::vectorized
