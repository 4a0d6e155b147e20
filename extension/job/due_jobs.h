#pragma once

#include <cstdint>
#include <vector>

#include "extension/pg/postgres.h"
extern "C" {
#include <datatype/timestamp.h>
}

// What the scheduler knows of its database's jobs, and reads from the catalog.
namespace varve::job {

/// A job as the scheduler sees it.
struct KnownJob {
  std::int32_t id;
  Oid role;
  bool is_scheduled;
  bool role_exists;
  bool role_may_log_in;
  TimestampTz next_start;  // -infinity: a run has begun
};

/// Whether the extension and its jobs are in this database. In a transaction of its own.
bool has_jobs();

/// All jobs, or those with `ids`, by next start. In a transaction of its own.
std::vector<KnownJob> read_jobs(const std::vector<std::int32_t>* ids);

}  // namespace varve::job
