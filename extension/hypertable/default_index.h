#pragma once

#include "extension/hypertable/dimension.h"

#include "extension/pg/postgres.h"

namespace varve::hypertable {

/// Indexes a hypertable by its primary dimension, newest first, unless an index does so already.
void create_default_index(Oid relation, const Dimension& dimension);

}  // namespace varve::hypertable
