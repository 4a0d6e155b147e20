#pragma once

#include "extension/pg/postgres.h"

namespace varve::continuous_aggregate {

/// Whether a TRUNCATE of an aggregate is under way, which takes its results.
bool truncates_results();

/// Once, in _PG_init: VACUUM, ANALYZE, REINDEX, CLUSTER and TRUNCATE of an aggregate are those of
/// its results; triggers, rules and other queries are none of its view's.
void install_maintain();

}  // namespace varve::continuous_aggregate
