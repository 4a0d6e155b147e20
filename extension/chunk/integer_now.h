#pragma once

#include <cstdint>

#include "extension/catalog/hypertable_table.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <datatype/timestamp.h>
}

// What time it is for a hypertable whose primary dimension is an integer: a function that
// set_integer_now_func() has named.
namespace varve::chunk {

/// Throws unless `function` takes no argument, returns `type`, and is stable or immutable: 42883
/// where there is no such function, 22023 otherwise.
void require_integer_now(Oid function, Oid type);

/// What the function says. It runs in the name of the hypertable's owner, and can change nothing of
/// the session. Throws 22023 where there is none, or it gives NULL.
std::int64_t integer_now(const catalog::Hypertable& hypertable);

/// The integer for a point in time `age` before the transaction began. Throws 22023 where the
/// function's unit is not plain.
std::int64_t integer_before(const catalog::Hypertable& hypertable, const Interval& age);

}  // namespace varve::chunk
