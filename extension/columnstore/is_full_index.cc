// is_full_index(): whether an index of a columnar chunk has all rows.
#include "extension/chunk/maintain/columns.h"
#include "extension/columnstore/complete_index.h"
#include "extension/columnstore/reader.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/genam.h>
#include <access/relation.h>
#include <catalog/index.h>
#include <catalog/pg_class.h>
}

namespace varve::columnstore {
namespace {

bool is_full(Oid oid) {
  const Oid table = IndexGetRelation(oid, true);
  if (!OidIsValid(table) || !chunk::is_columnar(table)) return false;
  Relation chunk = try_relation_open(table, AccessShareLock);
  if (chunk == nullptr) return false;
  bool found = false;
  if (Relation index = try_relation_open(oid, AccessShareLock)) {
    found =
        index->rd_rel->relkind == RELKIND_INDEX && has_groups(chunk) && is_complete(chunk, index);
    relation_close(index, AccessShareLock);
  }
  relation_close(chunk, AccessShareLock);
  return found;
}

}  // namespace
}  // namespace varve::columnstore

// is_full_index(index regclass) returns boolean
VARVE_SQL_FUNCTION(varve_is_full_index) {
  const Oid index = PG_GETARG_OID(0);
  PG_RETURN_BOOL(varve::pg::call([&] { return varve::columnstore::is_full(index); }));
}
