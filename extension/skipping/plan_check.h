#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/execdesc.h>
#include <nodes/parsenodes.h>
#include <nodes/plannodes.h>
}

// A plan that leaves out chunks is right as long as nobody has written into them, and a snapshot is
// taken later than the plan is made, by a cached plan much later. So each such plan carries its
// query and the versions (version.h) it was made with; when it is about to run with a snapshot, and
// one of them has changed, the query is planned again. C in the sense of boundary.h.
namespace varve::skipping {

/// While one query is being planned: the hypertables of which it skips chunks.
struct Skips {
  List* versions = NIL;  // of integers, three for each: id, and the version's halves
  Skips* outer = nullptr;
};

/// Runs `body`, and collects in `skips` what is skipped meanwhile.
template <class Body>
PlannedStmt* collecting(Skips& skips, Body&& body);

/// Whether a plan is being made that can carry what it depends on.
bool is_collecting();

/// To be called by whoever leaves out chunks of a hypertable by what was known at `version`.
void note_skipped(std::int32_t hypertable_id, std::uint64_t version);

/// Makes the plan carry what it depends on; `query` as it was before planning, from here on the
/// plan's.
void carry_query(PlannedStmt& plan, const Skips& skips, Query& query, int cursor_options);

/// Before a plan runs: replaces it where it may leave out rows that the snapshot sees, and in a
/// serializable transaction, whose conflicts are told from the chunks that it reads.
void renew_plan(QueryDesc& query, int flags);

namespace detail {
Skips* enter(Skips* skips);  // gives the one before
void leave(Skips* outer);
}  // namespace detail

template <class Body>
PlannedStmt* collecting(Skips& skips, Body&& body) {
  PlannedStmt* volatile result = nullptr;
  Skips* const outer = detail::enter(&skips);
  PG_TRY();
  { result = body(); }
  PG_FINALLY();
  { detail::leave(outer); }
  PG_END_TRY();
  return result;
}

}  // namespace varve::skipping
