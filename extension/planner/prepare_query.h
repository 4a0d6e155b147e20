#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/params.h>
#include <nodes/parsenodes.h>
}

namespace varve::planner {

/// How hypertables come into a query.
struct HypertableUse {
  bool named;        // prepare_query() has something to do
  bool may_be_read;  // the plan may depend on their chunks; that of a plain INSERT does not
};
HypertableUse hypertable_use(Query& query);

/// Changes every query in the tree of `query` as our features need it, before PostgreSQL plans it.
void prepare_query(Query& query, ParamListInfo parameters);

}  // namespace varve::planner
