#pragma once

#include "extension/hypertable/dimension.h"

#include "extension/pg/postgres.h"

namespace varve::hypertable {

/// Indexes a hypertable by its primary dimension, newest first, unless an index does so already.
void create_default_index(Oid relation, const Dimension& dimension);

/// Creates an index on (space column, time DESC) unless one leads with these.
void create_space_index(Oid relation, const NameData& column, const Dimension& dimension);

}  // namespace varve::hypertable
