#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

namespace varve::columnstore {

/// Row groups have not the columns that were added after them: the relation knows what value their
/// rows have there, until it is rewritten. Writes such groups of `toast`, which holds a copy of the
/// chunk's, anew with all columns; the others stay as they are, and so do all numbers of rows. For
/// whoever rewrites a chunk and takes its groups along. C API.
void keep_missing_values(Relation chunk, Oid toast);

}  // namespace varve::columnstore
