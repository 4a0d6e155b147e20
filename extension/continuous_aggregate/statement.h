#pragma once

#include <optional>

#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/ddl/dispatch.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <nodes/primnodes.h>
}

// What handlers of statements that name a continuous aggregate have in common. C in the sense of
// boundary.h.
namespace varve::continuous_aggregate {

/// The aggregate whose view a statement names. Whatever is wrong with the name is PostgreSQL's to
/// report.
std::optional<Aggregate> named_aggregate(const RangeVar* name);

void check_owner(const Aggregate& aggregate);

/// The name of the table that holds the results, in place of that of the view.
RangeVar* results_name(const Aggregate& aggregate);

[[noreturn]] void refuse(const RangeVar& name, const char* what, const char* hint);

/// The statement as one on a view or a table, as PostgreSQL sees it.
template <class Statement, class Change>
void proceed_changed(ddl::Utility& utility, const Statement& statement, Change&& change) {
  auto* copy = static_cast<Statement*>(copyObject(const_cast<Statement*>(&statement)));
  change(*copy);
  utility.replace_statement(reinterpret_cast<Node*>(copy));
  utility.proceed();
}

}  // namespace varve::continuous_aggregate
