#pragma once

#include "extension/chunk/maintain/chunk_argument.h"

#include "extension/pg/postgres.h"

namespace varve::columnstore {

/// Puts the rows of a chunk into columns, or what has changed since, or with `recompress` all anew,
/// and notes what the views tell of it. A chunk in which there is nothing to do is left with a
/// NOTICE, or 42710 unless that `is_fine`. ShareUpdateExclusiveLock on the chunk is held. C API.
void convert_chunk(const chunk::OwnChunk& own, bool is_fine, bool recompress);

}  // namespace varve::columnstore
