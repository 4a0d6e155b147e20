#pragma once

namespace varve::columnstore {

/// Once, in _PG_init: what is stored about hypertables and chunks follows renamed columns and goes
/// with what is dropped; a column that rows are ordered by cannot be dropped.
void install();

}  // namespace varve::columnstore
