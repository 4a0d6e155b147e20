#include "extension/catalog/relations.h"

#include <cstdint>

extern "C" {
#include <catalog/namespace.h>
#include <commands/extension.h>
#include <miscadmin.h>
#include <utils/lsyscache.h>
}

namespace varve::catalog {
namespace {

// Valid where hypertable is an OID.
Relations known;

// Counts invalidations: what was looked up across one may be out of date.
std::uint64_t invalidations = 0;

bool look_up(Relations& found) {
  const Oid schema = get_namespace_oid("varve_catalog", true);
  // Any user may own a schema of that name where the extension is not installed: its tables could
  // have any columns.
  if (!OidIsValid(schema) || !OidIsValid(get_extension_oid("varve", true))) return false;
  const struct {
    Oid& oid;
    const char* name;
  } wanted[] = {
      {found.hypertable_pkey, "hypertable_pkey"},
      {found.hypertable_relation_key, "hypertable_relation_key"},
      {found.hypertable_id_seq, "hypertable_id_seq"},
      {found.chunk, "chunk"},
      {found.chunk_relation_key, "chunk_relation_key"},
      {found.chunk_hypertable_id_range_begin_key, "chunk_hypertable_id_range_begin_key"},
      {found.chunk_id_seq, "chunk_id_seq"},
      {found.hypertable, "hypertable"},
  };
  for (const auto& [oid, name] : wanted) {
    oid = get_relname_relid(name, schema);
    if (!OidIsValid(oid)) return false;
  }
  return true;
}

}  // namespace

std::optional<Relations> relations() {
  if (OidIsValid(known.hypertable)) return known;
  if (!OidIsValid(MyDatabaseId)) return std::nullopt;
  Relations found = {};
  const std::uint64_t before = invalidations;
  if (!look_up(found)) return std::nullopt;
  if (invalidations == before) known = found;
  return found;
}

Relations required_relations() {
  const auto found = relations();
  if (!found) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("extension varve is not installed in this database"),
                    errhint("Run CREATE EXTENSION varve.")));
  }
  return *found;
}

bool forget_relations(Oid invalidated) noexcept {
  ++invalidations;
  const Oid ours[] = {known.hypertable,         known.chunk,
                      known.hypertable_id_seq,  known.chunk_id_seq,
                      known.hypertable_pkey,    known.hypertable_relation_key,
                      known.chunk_relation_key, known.chunk_hypertable_id_range_begin_key};
  bool concerned = !OidIsValid(invalidated);
  for (const Oid oid : ours) concerned = concerned || oid == invalidated;
  if (concerned) known = {};
  return concerned;
}

}  // namespace varve::catalog
