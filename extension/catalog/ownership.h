#pragma once

#include "extension/catalog/hypertable_table.h"

#include "extension/pg/postgres.h"

namespace varve::catalog {

/// The owner of a relation that exists. C API.
Oid owner_of(Oid relation);

/// Reports a relation that does not exist (42P01) or is not the user's (42501). C API.
void require_own_relation(Oid relation);

/// The hypertable `relation`, which the user owns. Throws 42P01 where there is no such relation,
/// TS001 where it is no hypertable, 42501 for others than the owner.
Hypertable require_own_hypertable(Oid relation);

}  // namespace varve::catalog
