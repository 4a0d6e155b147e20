#pragma once

#include "extension/chunk/maintain/columns.h"

#include "extension/pg/postgres.h"

namespace varve::columnstore {

/// Writes the columns of `source` into two targets, as chunk::Columns::divide() says. Row groups
/// whose time lies on one side go there as they are; the rows of the others are sorted anew, by the
/// settings of the hypertable. C API.
void divide(Relation source, chunk::TimeColumn time, std::int32_t hypertable,
            const chunk::VersionTarget* targets, chunk::ColumnCount* counts);

}  // namespace varve::columnstore
