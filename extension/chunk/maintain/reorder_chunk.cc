// reorder_chunk() and the documented form of move_chunk().
#include "extension/chunk/maintain/rewrite_chunk.h"
#include "extension/chunk/maintain/tablespace.h"

#include "extension/pg/boundary.h"

namespace varve::chunk {
namespace {

bool flag(FunctionCallInfo fcinfo, int position) {
  return !PG_ARGISNULL(position) && PG_GETARG_BOOL(position);
}

Oid oid_or_none(FunctionCallInfo fcinfo, int position) {
  return PG_ARGISNULL(position) ? InvalidOid : PG_GETARG_OID(position);
}

/// The index files stay in the tablespaces they have.
Placement same_place(Oid chunk) {
  return pg::call([&] { return Placement{tablespace_of_relation(chunk), false, InvalidOid}; });
}

Placement placement_of(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(1)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "the destination tablespace must not be null");
  }
  return pg::call([&] {
    const Oid table = tablespace_for(NameStr(*PG_GETARG_NAME(1)));
    const Oid indexes = PG_ARGISNULL(2) ? table : tablespace_for(NameStr(*PG_GETARG_NAME(2)));
    return Placement{table, true, indexes};
  });
}

void reorder(FunctionCallInfo fcinfo) {
  const OwnChunk chunk = own_chunk(fcinfo->args[0], "reorder_chunk()");
  const Placement placement = same_place(chunk.chunk.relation);
  rewrite_chunk(chunk, {true, oid_or_none(fcinfo, 1), placement}, flag(fcinfo, 2) ? INFO : DEBUG2,
                "reorder_chunk()");
}

void move(FunctionCallInfo fcinfo) {
  const OwnChunk chunk = own_chunk(fcinfo->args[0], "move_chunk()");
  const Placement placement = placement_of(fcinfo);
  const Oid index = oid_or_none(fcinfo, 3);
  rewrite_chunk(chunk, {OidIsValid(index), index, placement}, flag(fcinfo, 4) ? INFO : DEBUG2,
                "move_chunk()");
}

}  // namespace
}  // namespace varve::chunk

// reorder_chunk(chunk regclass, index regclass, verbose boolean) returns void
VARVE_SQL_FUNCTION(varve_reorder_chunk) {
  varve::chunk::reorder(fcinfo);
  PG_RETURN_VOID();
}

// move_chunk(chunk regclass, destination_tablespace name, index_destination_tablespace name,
//            reorder_index regclass, verbose boolean) returns void
VARVE_SQL_FUNCTION(varve_move_chunk) {
  varve::chunk::move(fcinfo);
  PG_RETURN_VOID();
}
