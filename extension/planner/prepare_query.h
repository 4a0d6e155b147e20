#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/params.h>
#include <nodes/parsenodes.h>
}

namespace varve::planner {

/// Whether the plan of `query` may come to depend on the chunks of a hypertable.
bool may_read_hypertables(Query& query);

/// Changes every query in the tree of `query` as our features need it, before PostgreSQL plans it.
void prepare_query(Query& query, ParamListInfo parameters);

}  // namespace varve::planner
