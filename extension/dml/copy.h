#pragma once

namespace varve::dml {

/// Once, in _PG_init: COPY of hypertables goes through copy_from.h and copy_to.h.
void install_copy();

}  // namespace varve::dml
