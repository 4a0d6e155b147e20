#pragma once

#include "extension/catalog/hypertable_table.h"

#include "extension/pg/postgres.h"

namespace varve::hypertable {

/// The hypertable `relation`, which the user owns. Throws 42P01 where there is no such relation,
/// TS001 where it is no hypertable, 42501 for others than the owner.
catalog::Hypertable require_own_hypertable(Oid relation);

}  // namespace varve::hypertable
