#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pathnodes.h>
}

// Conditions of a query that a scan of an index can use, `column operator value`. PostgreSQL finds
// them as well, but keeps them with paths that it may have thrown away. C API.
namespace varve::planner {

struct IndexCondition {
  int column;  // of the index, from 0
  int strategy;
  Oid operation;  // column operation value
  Expr* value;    // without columns of the relation
  RestrictInfo* source;
};

/// A list of IndexCondition*, in the order of the index's columns.
List* index_conditions(PlannerInfo* root, const IndexOptInfo& index);

}  // namespace varve::planner
