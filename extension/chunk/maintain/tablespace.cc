#include "extension/chunk/maintain/tablespace.h"

#include <string_view>

extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/pg_class.h>
#include <catalog/pg_tablespace.h>
#include <commands/tablespace.h>
#include <miscadmin.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

/// InvalidOid for the database's own, which needs no right.
Oid checked(Oid tablespace) {
  if (tablespace == MyDatabaseTableSpace) return InvalidOid;
  if (tablespace == GLOBALTABLESPACE_OID) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("only shared relations can be placed in tablespace pg_global")));
  }
  const AclResult right = pg_tablespace_aclcheck(tablespace, GetUserId(), ACL_CREATE);
  if (right != ACLCHECK_OK) {
    aclcheck_error(right, OBJECT_TABLESPACE, get_tablespace_name(tablespace));
  }
  return tablespace;
}

/// Whether `directory` is `place`, or ends with it as a path.
bool lies_at(std::string_view directory, std::string_view place) {
  while (place.size() > 1 && place.back() == '/') place.remove_suffix(1);
  if (place.empty() || place.size() > directory.size()) return false;
  const std::size_t before = directory.size() - place.size();
  if (directory.substr(before) != place) return false;
  return before == 0 || (place.front() != '/' && directory[before - 1] == '/');
}

const char* directory_of(Oid tablespace) {
  return TextDatumGetCString(
      DirectFunctionCall1(pg_tablespace_location, ObjectIdGetDatum(tablespace)));
}

/// How many tablespaces lie at `place`; `found` is the last of them.
int count_at(const char* place, Oid& found) {
  int count = 0;
  Relation table = table_open(TableSpaceRelationId, AccessShareLock);
  SysScanDesc scan = systable_beginscan(table, InvalidOid, false, nullptr, 0, nullptr);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext(scan))) {
    const Oid tablespace = reinterpret_cast<Form_pg_tablespace>(GETSTRUCT(tuple))->oid;
    if (!lies_at(directory_of(tablespace), place)) continue;
    found = tablespace;
    ++count;
  }
  systable_endscan(scan);
  table_close(table, AccessShareLock);
  return count;
}

}  // namespace

Oid tablespace_for(const char* name) { return checked(get_tablespace_oid(name, false)); }

Oid tablespace_at(const char* place) {
  Oid tablespace = get_tablespace_oid(place, true);
  if (OidIsValid(tablespace)) return checked(tablespace);
  const int count = count_at(place, tablespace);
  if (count != 1) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    count == 0 ? errmsg("no tablespace is called or located at \"%s\"", place)
                               : errmsg("more than one tablespace is located at \"%s\"", place),
                    errhint("CREATE TABLESPACE gives a directory of the server a name.")));
  }
  return checked(tablespace);
}

Oid tablespace_of_relation(Oid relation) {
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) return InvalidOid;
  const Oid tablespace = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltablespace;
  ReleaseSysCache(tuple);
  return tablespace;
}

}  // namespace varve::chunk
