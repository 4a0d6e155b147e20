#pragma once

#include "extension/pg/postgres.h"

namespace varve::function {

/// Whether a function is one of the extension's time_bucket(). Asks the catalog: look at the call
/// first. C API.
bool is_time_bucket(Oid function);

}  // namespace varve::function
