#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/attmap.h>
}

namespace varve::pg {

/// Which column of `from` each column of `to` is, by name. C API.
inline AttrMap* attribute_map(TupleDesc from, TupleDesc to) {
#if PG_VERSION_NUM < 160000
  return build_attrmap_by_name(from, to);
#else
  return build_attrmap_by_name(from, to, false);
#endif
}

}  // namespace varve::pg
