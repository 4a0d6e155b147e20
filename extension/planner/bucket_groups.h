#pragma once

namespace varve::planner {

/// Lets PostgreSQL estimate into how many groups time_bucket() and date_trunc() put the rows of a
/// hypertable; without it, each row is thought to be a group of its own. Called from _PG_init().
void install_bucket_groups();

}  // namespace varve::planner
