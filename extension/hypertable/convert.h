#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/attnum.h>
#include <utils/rel.h>
}

// The change of an ordinary table into a partitioned one, in place: the same OID, so that whatever
// depends on the table (views, functions, keys, policies, plans) goes on. Why, and what was
// measured: docs/decisions/native-partitions.md.
namespace varve::hypertable {

/// The storage parameters of `table` and of its TOAST table ("toast.name=value"), as text[]; 0
/// where there are none. A partitioned table cannot keep them: our catalog does. C API.
Datum storage_options_of(Relation table);

/// Turns `relation`, locked exclusively and used by nothing else, into a table partitioned by range
/// of `column`, without partitions. Its rows are gone: they have been copied before. C API.
void convert_in_place(Oid relation, AttrNumber column);

/// Says that `relation`, a partitioned table or index, has children, before it has any: otherwise
/// the first two sessions that make a chunk would collide on its row in pg_class. C API.
void expect_children(Oid relation);

}  // namespace varve::hypertable
