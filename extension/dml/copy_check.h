#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <parser/parse_node.h>
#include <utils/rel.h>
}

// What PostgreSQL checks and prepares before COPY reads its first row; its own function for it
// cannot be called without the loop behind it.
namespace varve::dml {

/// Who may read files and run programs of the server.
void check_file_privileges(const CopyStmt& statement);

/// Locks the target as INSERT does, and enters it in the range table of `state`. `*where` becomes
/// the implicitly ANDed condition of the statement, or null. Checks privileges on the columns, row
/// security, and that the transaction may write.
Relation open_target(ParseState& state, const CopyStmt& statement, Node** where);

}  // namespace varve::dml
