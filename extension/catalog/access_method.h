#pragma once

#include "extension/pg/postgres.h"

namespace varve::catalog {

/// The access method of a relation; InvalidOid where there is no such relation. C API.
Oid access_method_of(Oid relation);

}  // namespace varve::catalog
