#pragma once

#include "extension/pg/freeze.h"
#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pg_list.h>
#include <utils/rel.h>
}

// Giving a chunk new files: with its rows in another order, in another tablespace, or with other
// rows. The work is done on a transient table beside the chunk while others go on reading it; only
// to exchange the files is it locked against readers. The chunk keeps its OID, and so do its
// indexes: nothing that refers to them notices.
//
// Row versions are copied with the transactions that made them, as CLUSTER does: a snapshot taken
// before sees afterwards what it has always seen. All is C API: run inside pg::call.
namespace varve::chunk {

/// The tablespaces of the new files; InvalidOid is the database's.
struct Placement {
  Oid table;
  bool moves_indexes;  // otherwise each stays in its own
  Oid indexes;
};

/// A rewrite under way.
struct Rewrite {
  Oid chunk;
  Oid transient;
  pg::FreezeLimits limits;
  Placement placement;
  List* indexes;      // of the chunk, as far as they are built
  List* new_indexes;  // of the transient table, in the same order
};

/// The user that the functions of indexes run as, and what they may do, while a chunk is rewritten.
struct RestrictedUser {
  Oid user;
  int context;
  int settings;
};
RestrictedUser become_owner(Relation table);
void become_again(const RestrictedUser& before);

/// Tells PostgreSQL that a table which this transaction has made will hold rows that snapshots of
/// others can see. It takes a new table for one that concerns nobody else, and would leave row
/// versions out of its indexes, and prune them, that are dead to us alone. Before it has rows.
void expect_foreign_snapshots(Oid table);

/// Says of a new TOAST relation that it may have row versions as old as the limits; InvalidOid is
/// none.
void set_age(Oid toast, const pg::FreezeLimits& limits);

/// Keeps VACUUM from the values out of line of a table whose row versions are to be copied. It
/// takes TOAST tables for themselves, under no lock on their tables, and with a horizon of its own
/// time: it would remove values of versions that this one's limits call recently dead. Before the
/// limits are taken.
void keep_values(Relation table);

/// Starts with an empty table, whose access method is the chunk's unless another one is named.
/// ExclusiveLock on the chunk is held: nobody writes. Or ShareUpdateExclusiveLock, by who copies
/// rows that nobody changes, and sees to the others later.
Rewrite begin_rewrite(Relation chunk, Placement placement, Oid access_method = InvalidOid);

/// Copies all rows of the chunk, in the order of `index` if there is one; their number.
double copy_rows(const Rewrite& rewrite, Relation chunk, Oid index);

/// Builds those indexes that shall have the rows in columns, too, before the transient table has
/// any other rows: while others go on writing into the chunk. Of a unique index, nobody looks
/// whether keys are unique: they are in the chunk's. ShareUpdateExclusiveLock on it is held.
void build_indexes_of_columns(Rewrite& rewrite);

/// Notes the number of rows, and builds the indexes; those that shall have the rows in columns,
/// too, after the others, as of a table that shows its columns. A violation of a unique index is an
/// error. Those that are built already get what they lack.
void build_indexes(Rewrite& rewrite, double rows);

/// Drops the transient table: the chunk stays what it was.
void abandon_rewrite(const Rewrite& rewrite);

/// Gives the chunk the new files, and drops the old ones. AccessExclusiveLock on it is held.
void finish_rewrite(const Rewrite& rewrite);

}  // namespace varve::chunk
