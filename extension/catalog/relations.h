#pragma once

#include <optional>

#include "extension/pg/postgres.h"

namespace varve::catalog {

/// The OIDs of our catalog tables, their indexes and sequences in this database.
struct Relations {
  Oid hypertable;
  Oid hypertable_pkey;          // (id)
  Oid hypertable_relation_key;  // (relation)
  Oid hypertable_id_seq;
  Oid chunk;
  Oid chunk_relation_key;                   // (relation)
  Oid chunk_hypertable_id_range_begin_key;  // (hypertable_id, range_begin)
  Oid chunk_id_seq;
};

/// Nothing in a database without the extension, and while it is being created or dropped. C API.
std::optional<Relations> relations();

/// The same where the extension must be there. Reports undefined_object otherwise. C API.
Relations required_relations();

/// To be called for every relation cache invalidation; InvalidOid stands for all relations. True
/// where it concerned our own catalog.
bool forget_relations(Oid invalidated) noexcept;

}  // namespace varve::catalog
