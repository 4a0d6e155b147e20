#pragma once

// What PostgreSQL's planner and executor hooks do: the previous hook, then the features, in one
// visible order. Nothing is decided here.
namespace varve::planner {

/// Once, in _PG_init.
void install_hooks();

}  // namespace varve::planner
