#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/params.h>
#include <nodes/parsenodes.h>
}

namespace varve::planner {

/// How hypertables come into a query.
enum class Hypertables {
  kNone,
  kPerhaps,  // a function in FROM may be inlined, and bring some
  kNamed,
};
Hypertables hypertables_in(Query& query);

/// Changes every query in the tree of `query` as our features need it, before PostgreSQL plans it.
void prepare_query(Query& query, ParamListInfo parameters);

}  // namespace varve::planner
