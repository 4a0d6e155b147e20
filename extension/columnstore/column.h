#pragma once

#include "extension/columnstore/representation.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/attnum.h>
#include <access/tupdesc.h>
}

namespace varve::columnstore {

/// A column of a chunk as it is now.
struct Column {
  AttrNumber attribute;
  Oid type;  // of a domain: the type below
  std::int32_t typmod;
  Oid collation;
  Representation representation;
  bool is_ordered;    // what is stated of values, in zones or ranges, answers all comparisons
  bool has_equality;  // of bytes: equal values have equal bytes
};

/// C API. Not to be asked of a dropped column.
Column column_of(const FormData_pg_attribute& attribute);

}  // namespace varve::columnstore
