#pragma once

namespace varve::planner {

/// Once, in _PG_init: chunks whose ranges exclude every row that a query asks for are left out when
/// the planner is about to look at the first chunk, before it has opened the others.
void install_chunk_skipping();

}  // namespace varve::planner
