#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <parser/parse_node.h>
}

namespace varve::dml {

/// COPY into the hypertable that `statement` names: PostgreSQL's checks, reader and semantics, with
/// a loop that makes missing chunks and buffers rows by chunk. Returns the number of rows. C in the
/// sense of boundary.h.
std::uint64_t copy_from(ParseState& state, const CopyStmt& statement);

}  // namespace varve::dml
