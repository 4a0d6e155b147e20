#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <datatype/timestamp.h>
}

// The clock of jobs and policies, which tests can set.
namespace varve::job {

/// timescaledb.current_timestamp_mock where it is set, the clock's time otherwise. C API.
TimestampTz now();

/// Whether time stands still.
bool is_mocked();

/// Once, in _PG_init.
void install_clock();

}  // namespace varve::job
