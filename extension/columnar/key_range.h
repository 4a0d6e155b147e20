#pragma once

#include "extension/columnar/key_lookup.h"

namespace varve::columnar {

/// The range of a column's values that a key allows, if it is one in the order that the store's
/// ranges have (the default order of the type, the column's collation) and compares with the
/// column's own type, or one integer type with another. C API.
void set_range(KeyCondition& condition, Relation chunk, Relation index);

}  // namespace varve::columnar
