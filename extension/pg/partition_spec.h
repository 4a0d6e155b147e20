#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/makefuncs.h>
#include <nodes/parsenodes.h>
}

namespace varve::pg {

/// PARTITION BY HASH (column), as the parser gives it. C API.
inline PartitionSpec* hash_partitioning(const char* column) {
  auto* key = makeNode(PartitionElem);
  key->name = pstrdup(column);
  key->location = -1;
  auto* spec = makeNode(PartitionSpec);
#if PG_VERSION_NUM < 160000
  spec->strategy = pstrdup("hash");
#else
  spec->strategy = PARTITION_STRATEGY_HASH;
#endif
  spec->partParams = list_make1(key);
  spec->location = -1;
  return spec;
}

}  // namespace varve::pg
