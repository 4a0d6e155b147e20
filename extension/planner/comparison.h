#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/params.h>
#include <nodes/parsenodes.h>
#include <nodes/primnodes.h>
}

namespace varve::planner {

/// `left operator right`, one of the five operators of a btree family.
struct Comparison {
  Node* left;
  Node* right;
  Oid family;
  int strategy;  // BTLessStrategyNumber ...
};

/// False where `condition` is none. Looks the operator up: ask cheaper questions first, it is asked
/// of every condition. `mirrored` is the same comparison with its sides exchanged.
bool comparison_of(Node* condition, Comparison* comparison);
Comparison mirrored(const Comparison& comparison);

/// Whether an operand of a condition is a call at all: cheap, unlike to say which.
bool has_call(const Node* condition);

/// Whether the other side of a condition may stand in a bound, too: it is computed for every row
/// that it is compared with, and once more for pruning.
bool is_cheap(Node* x);

/// The column that an expression is, perhaps relabelled from a domain; or null.
const Var* variable_of(const Node* node);

/// Whether `variable` is the primary dimension of a hypertable, seen through joins and subqueries.
bool is_dimension(const Query& query, const Var& variable);

/// `column >= bound` or the like, within a family whose operator compares the two types; null where
/// there is none. The column is copied.
Node* make_bound(const Node* column, Oid family, int strategy, Expr* bound);

/// The expression with parameters replaced whose values hold for the plan, and constants folded.
Node* folded(Node* expression, ParamListInfo parameters);

}  // namespace varve::planner
