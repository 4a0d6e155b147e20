#pragma once

#include "extension/catalog/hypertable_table.h"

namespace varve::catalog {

/// The hypertable whose parent is `relation`, or null; from a cache of this backend, so that every
/// statement can afford to ask. Relations that are not hypertables are remembered too. Always null
/// in a database without the extension. The pointer holds until the next invalidation message is
/// accepted: copy what must outlive a call into PostgreSQL.
const Hypertable* cached_hypertable(Oid relation);

/// The id of the hypertable whose parent is `relation`, from the same cache; 0 where there is none.
/// C API.
std::int32_t cached_hypertable_id(Oid relation);

/// Tells every backend that what is known of `relation` has changed, once this transaction commits.
void invalidate_hypertable(Oid relation);

/// Once, in _PG_init, before anything of the catalog is remembered.
void listen_for_invalidations();

}  // namespace varve::catalog
