#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
}

namespace varve::dml {

/// COPY hypertable (columns) TO ... as COPY (SELECT columns FROM hypertable) TO ..., since
/// PostgreSQL copies no partitioned table. Without a list of columns: those that COPY takes of a
/// plain table, which excludes generated ones.
CopyStmt* copy_to(const CopyStmt& statement, Oid relation);

}  // namespace varve::dml
