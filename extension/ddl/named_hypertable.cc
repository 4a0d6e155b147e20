#include "extension/ddl/named_hypertable.h"

#include "extension/catalog/hypertable_cache.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/namespace.h>
}

namespace varve::ddl {

Oid named_hypertable(const RangeVar* name) {
  if (name == nullptr) return InvalidOid;
  const Oid relation = RangeVarGetRelid(name, NoLock, true);
  if (!OidIsValid(relation)) return InvalidOid;
  const auto* hypertable = pg::entry([&] { return catalog::cached_hypertable(relation); });
  return hypertable != nullptr ? relation : InvalidOid;
}

}  // namespace varve::ddl
