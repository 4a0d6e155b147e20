#pragma once

#include <cstddef>

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// Makes one chunk of several that follow each other, as regclass Datums: the earliest, which has
/// the rows of all; the others are dropped. Throws as docs/chunk-maintenance.md says; the errors
/// name merge_chunks(). C++.
void merge_chunks(const NullableDatum* chunks, std::size_t count);

}  // namespace varve::chunk
