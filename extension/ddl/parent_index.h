#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <utils/rel.h>
}

// The part of an index that a partitioned table has itself: catalog rows that stand for the indexes
// of its partitions. CREATE INDEX would lock the table against writers to make them. All is C API.
namespace varve::ddl {

/// Creates `statement`'s index on `table` alone, marked invalid; partitions made from now on get
/// it. An unfinished index of the same name (without a name: any) and definition is taken up
/// instead. InvalidOid where IF NOT EXISTS found a finished one.
///
/// The statement has been through transformIndexStmt(); the caller holds ShareUpdateExclusiveLock
/// on the table and has seen that the user owns it. Errors as those of CREATE INDEX.
Oid define_parent_index(Relation table, const IndexStmt* statement);

/// The statement that gives `partition` its part of `parent_index`.
IndexStmt* clone_of(Relation parent_index, Relation partition);

/// define_parent_index() for a partition that is partitioned itself: its part of `parent_index`.
Oid define_slice_index(Relation slice, Relation parent_index);

/// Sets both marks of a partitioned index: whether it is complete, and whether partitions that are
/// made from now on get it.
void mark_parent_index(Oid table, Oid index, bool is_valid, bool is_live);

}  // namespace varve::ddl
