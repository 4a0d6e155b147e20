#pragma once

#include "extension/pg/postgres.h"

namespace varve::job {

/// Reports what keeps `proc` from being what a job runs, or what checks its configuration, on
/// behalf of the current user: it does not exist, may not be executed, or takes other arguments.
/// C API.
void require_callable(Oid proc, bool is_check);

}  // namespace varve::job
