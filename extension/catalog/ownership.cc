#include "extension/catalog/ownership.h"

#include <string>

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/htup_details.h>
#include <catalog/pg_class.h>
#include <miscadmin.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
}

namespace varve::catalog {

Oid owner_of(Oid relation) {
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for relation %u", relation);
  const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
  ReleaseSysCache(tuple);
  return owner;
}

void require_own_relation(Oid relation) {
  const char* name = get_rel_name(relation);
  if (name == nullptr) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                    errmsg("relation with OID %u does not exist", relation)));
  }
  if (pg_class_ownercheck(relation, GetUserId())) return;
  aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, name);
}

Hypertable require_own_hypertable(Oid relation) {
  const char* name = pg::call([&] { return get_rel_name(relation); });
  if (name == nullptr) {
    throw pg::SqlError(ERRCODE_UNDEFINED_TABLE,
                       "relation with OID " + std::to_string(relation) + " does not exist");
  }
  const std::string quoted = "\"" + std::string(name) + "\"";
  const auto row = HypertableTable::find(relation);
  if (!row) throw pg::SqlError(pg::kHypertableNotExist, "table " + quoted + " is not a hypertable");
  if (!pg::call([&] { return pg_class_ownercheck(relation, GetUserId()); })) {
    throw pg::SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE, "must be owner of hypertable " + quoted);
  }
  return *row;
}

}  // namespace varve::catalog
