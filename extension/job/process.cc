#include "extension/job/process.h"

#include <algorithm>

extern "C" {
#include <miscadmin.h>
}

namespace varve::job {

BackgroundWorkerHandle* start_process(const char* type, Oid database, const char* main,
                                      Datum argument, std::span<const std::byte> extra) {
  Assert(extra.size() <= BGW_EXTRALEN);
  BackgroundWorker worker = {};
  snprintf(worker.bgw_name, sizeof worker.bgw_name, "%s for database %u", type, database);
  strlcpy(worker.bgw_type, type, sizeof worker.bgw_type);
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker.bgw_restart_time = BGW_NEVER_RESTART;
  strlcpy(worker.bgw_library_name, "varve", sizeof worker.bgw_library_name);
  strlcpy(worker.bgw_function_name, main, sizeof worker.bgw_function_name);
  worker.bgw_main_arg = argument;
  std::ranges::copy(extra, reinterpret_cast<std::byte*>(worker.bgw_extra));
  worker.bgw_notify_pid = MyProcPid;
  BackgroundWorkerHandle* handle = nullptr;
  return RegisterDynamicBackgroundWorker(&worker, &handle) ? handle : nullptr;
}

}  // namespace varve::job
