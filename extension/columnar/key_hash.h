#pragma once

#include "extension/columnar/key_lookup.h"

namespace varve::columnar {

/// The hashes of the values that a key of an index looks for, where it looks for equal ones and row
/// groups may have bloom filters of the column: in the current memory context, otherwise none.
columnstore::HashedColumn hashed_column(const KeyCondition& condition, Relation chunk,
                                        Relation index);

}  // namespace varve::columnar
