#include "extension/skipping/plan_check.h"

#include <initializer_list>

#include "extension/skipping/version.h"

extern "C" {
#include <access/parallel.h>
#include <access/xact.h>
#include <catalog/pg_proc.h>
#include <common/hashfn.h>
#include <executor/executor.h>
#include <nodes/makefuncs.h>
#include <optimizer/optimizer.h>
#include <optimizer/planner.h>
#include <utils/inval.h>
#include <utils/memutils.h>
#include <utils/syscache.h>
}

namespace varve::skipping {
namespace {

Skips* current = nullptr;

// What a plan carries is one more entry of its range table, a subquery, of which plans have none
// otherwise: planning empties theirs. Nothing refers to it, and everybody copies it along.

const RangeTblEntry* carried(const PlannedStmt& plan) {
  if (plan.rtable == NIL) return nullptr;
  const auto* entry = llast_node(RangeTblEntry, plan.rtable);
  return entry->rtekind == RTE_SUBQUERY && entry->subquery != nullptr ? entry : nullptr;
}

/// For the cache of plans, by which ours are told from others.
uint32 mark_of(std::int32_t hypertable_id) {
  constexpr uint32 kSalt = 0x76617276;
  return hash_combine(kSalt, murmurhash32(static_cast<uint32>(hypertable_id))) | 1U;
}

/// The cached plan that this one is of is made anew when it is used next.
void outdate(std::int32_t hypertable_id) { CallSyscacheCallbacks(PROCOID, mark_of(hypertable_id)); }

struct Dependence {
  std::int32_t hypertable_id;
  std::uint64_t version;
};

/// Calls `visit` for each hypertable; the first integer is of the cursor.
template <class Visit>
void for_each_dependence(const RangeTblEntry& entry, Visit&& visit) {
  const List* integers = entry.coltypmods;
  for (int i = 1; i + 2 < list_length(integers); i += 3) {
    const auto high = static_cast<std::uint32_t>(list_nth_int(integers, i + 1));
    const auto low = static_cast<std::uint32_t>(list_nth_int(integers, i + 2));
    visit(Dependence{list_nth_int(integers, i), std::uint64_t{high} << 32 | low});
  }
}

bool is_current(const RangeTblEntry& entry) {
  bool all = true;
  for_each_dependence(entry, [&](const Dependence& dependence) {
    const std::uint64_t now = version_of(dependence.hypertable_id);
    if (now != kNoVersion && now == dependence.version) return;
    all = false;
    outdate(dependence.hypertable_id);
  });
  return all;
}

/// A plan of the same query for this run alone, where the QueryDesc lives.
PlannedStmt* planned_again(const QueryDesc& query, const RangeTblEntry& entry, int flags) {
  const MemoryContext planning =
      AllocSetContextCreate(CurrentMemoryContext, "planning again", ALLOCSET_DEFAULT_SIZES);
  const MemoryContext outer = MemoryContextSwitchTo(planning);
  int options = linitial_int(entry.coltypmods);
  if ((flags & EXEC_FLAG_BACKWARD) != 0) options |= CURSOR_OPT_SCROLL;
  PlannedStmt* plan =
      ::planner(copyObject(entry.subquery), query.sourceText, options, query.params);
  MemoryContextSwitchTo(GetMemoryChunkContext(const_cast<QueryDesc*>(&query)));
  PlannedStmt* kept = copyObject(plan);
  MemoryContextSwitchTo(outer);
  MemoryContextDelete(planning);
  return kept;
}

}  // namespace

namespace detail {

Skips* enter(Skips* skips) {
  Skips* const outer = current;
  current = skips;
  return outer;
}

void leave(Skips* outer) { current = outer; }

}  // namespace detail

bool is_collecting() { return current != nullptr; }

void note_skipped(std::int32_t hypertable_id, std::uint64_t version) {
  for (const std::int64_t part :
       {std::int64_t{hypertable_id}, static_cast<std::int64_t>(version >> 32),
        static_cast<std::int64_t>(version & UINT32_MAX)}) {
    current->versions = lappend_int(current->versions, static_cast<int>(part));
  }
}

void carry_query(PlannedStmt& plan, const Skips& skips, Query& query, int cursor_options) {
  auto* entry = makeNode(RangeTblEntry);
  entry->rtekind = RTE_SUBQUERY;
  entry->eref = makeAlias("planned from", NIL);
  entry->subquery = &query;
  entry->coltypmods = lcons_int(cursor_options, skips.versions);
  plan.rtable = lappend(plan.rtable, entry);
  for_each_dependence(*entry, [&](const Dependence& dependence) {
    auto* item = makeNode(PlanInvalItem);
    item->cacheId = PROCOID;
    item->hashValue = mark_of(dependence.hypertable_id);
    plan.invalItems = lappend(plan.invalItems, item);
  });
}

void renew_plan(QueryDesc& query, int flags) {
  // Workers have the leader's plan, and its snapshot.
  if (IsParallelWorker()) return;
  const RangeTblEntry* entry = carried(*query.plannedstmt);
  if (entry == nullptr || (is_current(*entry) && !IsolationIsSerializable())) return;
  const PlannedStmt& old_plan = *query.plannedstmt;
  PlannedStmt* plan = planned_again(query, *entry, flags);
  plan->queryId = old_plan.queryId;
  plan->canSetTag = old_plan.canSetTag;
  plan->stmt_location = old_plan.stmt_location;
  plan->stmt_len = old_plan.stmt_len;
  query.plannedstmt = plan;
}

}  // namespace varve::skipping
