#include "extension/columnstore/chunk_size.h"

extern "C" {
#include <storage/bufmgr.h>
#include <storage/smgr.h>
#include <utils/builtins.h>
}

namespace varve::columnstore {
namespace {

std::int64_t size_by(PGFunction function, Oid relation) {
  if (!OidIsValid(relation)) return 0;
  return DatumGetInt64(DirectFunctionCall1(function, ObjectIdGetDatum(relation)));
}

}  // namespace

Conversion measured(Relation chunk) {
  const Oid oid = RelationGetRelid(chunk);
  const std::int64_t toast = size_by(pg_total_relation_size, chunk->rd_rel->reltoastrelid);
  return {0, 0, size_by(pg_table_size, oid) - toast, size_by(pg_indexes_size, oid), toast};
}

std::size_t bytes_of_heap(Relation chunk) {
  return smgrnblocks(RelationGetSmgr(chunk), MAIN_FORKNUM) * std::size_t{BLCKSZ};
}

std::size_t bytes_of_columns(Relation chunk, std::int64_t rows) {
  return static_cast<std::size_t>(rows) * RelationGetNumberOfAttributes(chunk) * sizeof(Datum);
}

}  // namespace varve::columnstore
