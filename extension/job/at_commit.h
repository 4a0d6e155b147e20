#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"

// What the end of a transaction tells other processes. C API.
namespace varve::job {

/// Jobs of this database have changed: its scheduler looks at them once this transaction commits.
void wake_at_commit();

/// Runs of the job that are in progress then are cancelled, except in this process.
void cancel_at_commit(std::int32_t job_id);

/// Jobs of this database stop, or start again; runs that are on go on.
void stop_at_commit(bool stop);

/// A database may have been created or have gone.
void list_databases_at_commit();

/// Once, in _PG_init.
void install_at_commit();

}  // namespace varve::job
