#pragma once

#include <optional>

#include "extension/catalog/hypertable_table.h"

namespace varve::catalog {

/// The hypertable that holds the results of the continuous aggregate whose view is `relation`,
/// since its chunks are meant where the aggregate is named. Nothing for other relations. C++ in the
/// sense of boundary.h.
std::optional<Hypertable> results_of_aggregate(Oid relation);

}  // namespace varve::catalog
