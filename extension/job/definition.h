#pragma once

#include "extension/job/job.h"

#include "extension/pg/postgres.h"

// Writing jobs: what add_job(), alter_job() and the policies have in common.
namespace varve::job {

/// A job to be added. Strings may be null where the column may.
struct Definition {
  const char* name = nullptr;  // null: kind, with the id behind it
  const char* kind = "User-Defined Action";
  Interval schedule_interval{};
  Interval max_runtime{};
  std::int32_t max_retries = -1;
  Interval retry_period{};
  const char* proc_schema = nullptr;
  const char* proc_name = nullptr;
  Oid owner = InvalidOid;
  bool scheduled = true;
  bool fixed_schedule = true;
  bool has_initial_start = false;
  TimestampTz initial_start = 0;
  const char* timezone = nullptr;
  Oid relation = InvalidOid;
  const char* config = nullptr;  // JSON
  const char* check_schema = nullptr;
  const char* check_name = nullptr;
};

/// Throws kInvalidArgument and the like where no schedule can be made of it.
void require_schedule(const Definition& definition);

/// Reports insufficient_privilege where no process can run jobs of the role. C API.
void require_login(Oid role);

/// Writes the job; its scheduler knows once the transaction commits. The id. C API.
std::int32_t insert_job(const Definition& definition);

/// Deletes the job, and cancels its run once the transaction commits. C API.
void delete_job(std::int32_t id);

}  // namespace varve::job
