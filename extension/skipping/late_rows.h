#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

namespace varve::skipping {

/// To be called before a row is written beside the columns of a chunk: once a transaction has done
/// so, the chunk is skipped no more. Costs a comparison for the next row. Waits for nobody. C API.
void note_late_row(Relation chunk);

/// Once, in _PG_init.
void install_late_rows();

}  // namespace varve::skipping
