#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
}

namespace varve::dml {

/// Makes `query`, which writes into the hypertable `relation`, pass every new value of its primary
/// dimension through route(): in the target list of INSERT and UPDATE, and in every action of
/// MERGE. An INSERT that names no such value passes NULL, which route() refuses.
void route_targets(Query& query, Oid relation);

}  // namespace varve::dml
