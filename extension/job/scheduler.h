#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <postmaster/bgworker.h>
}

// The process that assigns a database's due jobs to workers. It is there only while jobs run, wait
// or are due soon; otherwise it leaves the time of the next one to the launcher.
namespace varve::job {

/// Registers one for the database; the caller is told of its end. Null where PostgreSQL has no free
/// background worker. C API.
BackgroundWorkerHandle* start_scheduler(Oid database);

/// Assigns the jobs of the database that this process is connected to, for as long as there is
/// anything to do soon.
void run_scheduler();

/// What such a process does.
[[noreturn]] void scheduler_main();

}  // namespace varve::job
