#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <postmaster/bgworker.h>
}

namespace varve::job {

/// Registers a background process that will connect to `database` and tells this one of its end. It
/// is of `type` ("varve job worker"), runs `main` of this library with `argument`, and is not
/// restarted. Null where PostgreSQL has no free background worker. C API.
BackgroundWorkerHandle* start_process(const char* type, Oid database, const char* main,
                                      Datum argument);

}  // namespace varve::job
