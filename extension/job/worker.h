#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <postmaster/bgworker.h>
}

// A process of the pool: connected to one database as one role, it runs that role's jobs one after
// the other, each as in a session of its own.
namespace varve::job {

/// Registers a process for `slot`, whose database, role and job are set; the caller is told of its
/// end. Null where PostgreSQL has no free background worker. C API.
BackgroundWorkerHandle* start_worker(int slot, Oid database);

/// What such a process does.
[[noreturn]] void worker_main();

/// Once, in _PG_init.
void install_worker();

}  // namespace varve::job
