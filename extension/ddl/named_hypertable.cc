#include "extension/ddl/named_hypertable.h"

#include "extension/catalog/hypertable_cache.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/namespace.h>
}

namespace varve::ddl {

bool is_hypertable(Oid relation) {
  return pg::entry([&] { return catalog::cached_hypertable(relation) != nullptr; });
}

Oid named_hypertable(const RangeVar* name) {
  if (name == nullptr) return InvalidOid;
  const Oid relation = RangeVarGetRelid(name, NoLock, true);
  return OidIsValid(relation) && is_hypertable(relation) ? relation : InvalidOid;
}

}  // namespace varve::ddl
