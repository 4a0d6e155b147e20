#pragma once

namespace varve::continuous_aggregate {

/// Once, in _PG_init: what ALTER, DROP, REFRESH MATERIALIZED VIEW, CREATE INDEX and others mean for
/// a continuous aggregate, whose view is none of PostgreSQL's materialized ones.
void install_alter();

}  // namespace varve::continuous_aggregate
