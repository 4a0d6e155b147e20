#include "extension/planner/hooks.h"

#include "extension/continuous_aggregate/row_security.h"
#include "extension/dml/open_queries.h"
#include "extension/dml/routed_query.h"
#include "extension/planner/descriptor_check.h"
#include "extension/planner/prepare_query.h"
#include "extension/planner/serializable_reads.h"
#include "extension/skipping/plan_check.h"
#include "extension/vectorized/vector_delete.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/xact.h>
#include <executor/executor.h>
#include <optimizer/planner.h>
}

namespace varve::planner {
namespace {

planner_hook_type previous_planner = nullptr;
ExecutorStart_hook_type previous_start = nullptr;
ExecutorRun_hook_type previous_run = nullptr;
ExecutorFinish_hook_type previous_finish = nullptr;
ExecutorEnd_hook_type previous_end = nullptr;

PlannedStmt* plan(Query* query, const char* text, int cursor_options, ParamListInfo parameters) {
  const auto next = previous_planner != nullptr ? previous_planner : standard_planner;
  const HypertableUse use = hypertable_use(*query);
  // Planning scribbles on the query: a second attempt needs a copy of the first.
  Query* const untouched = use.may_be_read ? copyObject(query) : nullptr;
  for (;;) {
    List* secured = continuous_aggregate::secure_reading(*query);
    if (use.named) prepare_query(*query, parameters);
    skipping::Skips skips;
    const auto make = [&] { return next(query, text, cursor_options, parameters); };
    // Only a query of which there is a copy can be planned again. Of a cursor, somebody may ask for
    // WHERE CURRENT OF in the name of the hypertable: PostgreSQL wants every chunk in its plan
    // then. What serializable transactions have read is told from the chunks that they have
    // scanned.
    const bool can_skip = untouched != nullptr && (cursor_options & CURSOR_OPT_FAST_PLAN) == 0 &&
                          !IsolationIsSerializable();
    PlannedStmt* planned = can_skip ? skipping::collecting(skips, make) : make();
    if (secured != NIL || use.named || use.may_be_read) {
      continuous_aggregate::secure_plan(*planned, secured);
    }
    if (untouched == nullptr) return planned;
    if (descriptors_are_current(*planned)) {
      if (skips.versions != NIL) {
        skipping::carry_query(*planned, skips, *untouched, cursor_options);
      }
      return planned;
    }
    refresh_descriptors(*planned);  // of those too that planning itself brought in
    query = copyObject(untouched);
  }
}

void start(QueryDesc* query, int flags) {
  skipping::renew_plan(*query, flags);
  note_serializable_reads(*query->plannedstmt);
  refresh_descriptors(*query->plannedstmt);
  (previous_start != nullptr ? previous_start : standard_ExecutorStart)(query, flags);
  dml::open_queries::began(*query);
  dml::RoutedQuery::begin(*query);
  vectorized::begin_vector_deletes(*query);
}

void run(QueryDesc* query, ScanDirection direction, uint64 count, bool once) {
  dml::RoutedQuery::while_running(*query, [&] {
    (previous_run != nullptr ? previous_run : standard_ExecutorRun)(query, direction, count, once);
  });
}

// Data-modifying CTEs that nobody read to the end run here.
void finish(QueryDesc* query) {
  dml::RoutedQuery::while_running(*query, [&] {
    (previous_finish != nullptr ? previous_finish : standard_ExecutorFinish)(query);
  });
}

void end(QueryDesc* query) {
  dml::RoutedQuery::end(*query);
  dml::open_queries::ended(*query);
  (previous_end != nullptr ? previous_end : standard_ExecutorEnd)(query);
}

}  // namespace

void install_hooks() {
  previous_planner = planner_hook;
  planner_hook = plan;
  previous_start = ExecutorStart_hook;
  ExecutorStart_hook = start;
  previous_run = ExecutorRun_hook;
  ExecutorRun_hook = run;
  previous_finish = ExecutorFinish_hook;
  ExecutorFinish_hook = finish;
  previous_end = ExecutorEnd_hook;
  ExecutorEnd_hook = end;
}

}  // namespace varve::planner
