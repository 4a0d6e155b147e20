#pragma once

#include "extension/hypertable/interval.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

namespace varve::hypertable {

/// A column of a table that can be its primary dimension.
struct Dimension {
  AttrNumber column;
  NameData name;
  Oid type_oid;  // of a domain: the type below it
  DimensionType type;
};

/// The column `name` of `table` as a dimension. Throws undefined_column, or says why the column
/// cannot be one.
Dimension find_dimension(Relation table, const NameData& name);

/// The dimension type of the SQL type `type_oid`, which a hypertable's column has.
DimensionType dimension_type(Oid type_oid);

}  // namespace varve::hypertable
