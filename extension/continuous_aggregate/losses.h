#pragma once

#include "extension/pg/postgres.h"

namespace varve::continuous_aggregate {

/// Once, in _PG_init: notices chunks that are dropped, detached and attached, tables that are
/// truncated, and aggregates that are dropped, whatever statement does it.
void install_losses();

/// Before rows are copied into `relation` behind our back: if it is a chunk of a source, all of it
/// counts as changed. C in the sense of boundary.h.
void note_copy_into_chunk(Oid relation);

}  // namespace varve::continuous_aggregate
