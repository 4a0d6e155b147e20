#pragma once

#include <cstddef>
#include <span>

#include "extension/pg/postgres.h"
extern "C" {
#include <postmaster/bgworker.h>
}

namespace varve::job {

/// Registers a background process that will connect to `database` and tells this one of its end. It
/// is of `type` ("varve job worker"), runs `main` of this library with `argument`, and is not
/// restarted. What is in `extra`, BGW_EXTRALEN bytes at most, it finds in MyBgworkerEntry. Null
/// where PostgreSQL has no free background worker. C API.
BackgroundWorkerHandle* start_process(const char* type, Oid database, const char* main,
                                      Datum argument, std::span<const std::byte> extra = {});

}  // namespace varve::job
