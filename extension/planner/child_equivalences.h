#pragma once

namespace varve::planner {

/// Once, in _PG_init, behind those that install hooks which make paths of their own: keeps planning
/// of many chunks from being quadratic.
///
/// The planner (before version 18) has one list for all columns that are equal or sorted alike, in
/// every chunk: `a.time = b.time` over two times 5000 chunks makes one of 10,002 members. It goes
/// through the whole list for every index of every chunk, though only the members of that chunk
/// matter there: a minute at 5000. So while paths of a chunk are made, the lists are shown without
/// the other chunks; afterwards they are what they would have been.
void install_child_equivalences();

}  // namespace varve::planner
