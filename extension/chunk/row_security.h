#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// Once, in _PG_init: the policies of a hypertable hold for its chunks, named directly, as well.
/// Chunks have the hypertable's marks ROW LEVEL SECURITY and FORCE, and no policies of their own.
void install_row_security();

/// Makes every session plan anew what reads chunks of the hypertable directly, after a change of
/// its policies. C API.
void invalidate_chunks(std::int32_t hypertable_id);

}  // namespace varve::chunk
