#pragma once

namespace varve::ddl {

/// Once, in _PG_init: statements of PostgreSQL that would make or take away chunks behind our back,
/// or keep rows from reaching them, are refused with one clear error.
void install_refused();

}  // namespace varve::ddl
