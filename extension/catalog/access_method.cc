#include "extension/catalog/access_method.h"

extern "C" {
#include <access/htup_details.h>
#include <catalog/pg_class.h>
#include <utils/syscache.h>
}

namespace varve::catalog {

Oid access_method_of(Oid relation) {
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) return InvalidOid;
  const Oid method = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relam;
  ReleaseSysCache(tuple);
  return method;
}

}  // namespace varve::catalog
