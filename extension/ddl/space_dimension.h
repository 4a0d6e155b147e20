#pragma once

namespace varve::ddl {

/// Once, in _PG_init, before what makes indexes: the hash dimension of a hypertable stays a column
/// of its type, and part of every unique index, or slices could no longer be made; and no chunk of
/// a slice is dropped without the others, or the slice would refuse the rows of its share.
void install_space_dimension();

}  // namespace varve::ddl
