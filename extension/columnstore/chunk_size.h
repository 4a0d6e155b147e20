#pragma once

#include "extension/columnstore/settings.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

namespace varve::columnstore {

/// The bytes of a chunk as they are, in the terms of relation_size(). C API, as below.
Conversion measured(Relation chunk);

/// About what the rows of a chunk take in memory: those of its heap, and those of its row groups.
std::size_t bytes_of_heap(Relation chunk);
std::size_t bytes_of_columns(Relation chunk, std::int64_t rows);

}  // namespace varve::columnstore
