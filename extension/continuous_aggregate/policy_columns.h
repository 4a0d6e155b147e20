#pragma once

#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/definition.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/htup_details.h>
}

// Policies of a hypertable, and the columns of results that hold what they ask about. C in the
// sense of boundary.h.
namespace varve::continuous_aggregate {

/// The hypertable below all aggregates.
Oid root_of(const Definition& definition);
Oid root_of(const Aggregate& aggregate);

/// For each column of the root, the column of the results that holds its value; 0 where results are
/// not grouped by it.
struct PolicyColumns {
  Oid root;
  AttrNumber of[MaxHeapAttributeNumber + 1];
};

/// In the current memory context.
PolicyColumns* policy_columns_of(const Definition& definition);

/// Makes conditions about the root, whose range table index is 1, ones about the results, in place,
/// with `index`; about the root itself with that index where `columns` is null. Reports 0A000 for a
/// column that results do not hold.
void translate_policies(Node* conditions, const PolicyColumns* columns, int index);

}  // namespace varve::continuous_aggregate
