#include "extension/job/shared_state.h"

extern "C" {
#include <miscadmin.h>
#include <storage/ipc.h>
#include <storage/shmem.h>
#include <utils/guc.h>
#include <utils/timestamp.h>
}

namespace varve::job {
namespace {

int max_background_workers = 16;
Shared* state = nullptr;
shmem_request_hook_type previous_request_hook = nullptr;
shmem_startup_hook_type previous_startup_hook = nullptr;

constexpr const char* kName = "varve_job";

void request_memory() {
  if (previous_request_hook != nullptr) previous_request_hook();
  RequestAddinShmemSpace(sizeof(Shared));
  RequestNamedLWLockTranche(kName, 1);
}

void start_memory() {
  if (previous_startup_hook != nullptr) previous_startup_hook();
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  bool found = false;
  state = static_cast<Shared*>(ShmemInitStruct(kName, sizeof(Shared), &found));
  if (!found) {
    memset(static_cast<void*>(state), 0, sizeof(Shared));
    state->lock = &GetNamedLWLockTranche(kName)->lock;
    state->worker_count = max_background_workers;
    state->must_list_databases = true;
  }
  LWLockRelease(AddinShmemInitLock);
}

}  // namespace

const char* describe(Wait wait) {
  switch (wait) {
    case Wait::kPoolBusy: return "all workers are busy: see timescaledb.max_background_workers";
    case Wait::kNoProcess: return "no background worker is free: see max_worker_processes";
    case Wait::kNoPool: return "timescaledb.max_background_workers is 0";
    case Wait::kNone: break;
  }
  return nullptr;
}

DatabaseSlot* Shared::find(Oid database) {
  for (int i = 0; i < database_count; ++i) {
    if (databases[i].database == database) return &databases[i];
  }
  return nullptr;
}

void Shared::wake_launcher() const {
  if (launcher != nullptr) SetLatch(launcher);
}

void Shared::announce_change(Oid database) {
  if (DatabaseSlot* slot = find(database)) ++slot->changes;
  wake_scheduler(database);
}

void Shared::wake_scheduler(Oid database) {
  DatabaseSlot* slot = find(database);
  if (slot == nullptr) {
    must_list_databases = true;
    wake_launcher();
    return;
  }
  slot->next_due = DT_NOBEGIN;
  if (slot->latch != nullptr) {
    SetLatch(slot->latch);
  } else {
    wake_launcher();
  }
}

void Shared::wake_waiting() {
  for (int i = 0; i < database_count; ++i) {
    if (databases[i].waiting_since != 0 && databases[i].latch != nullptr) {
      SetLatch(databases[i].latch);
    }
  }
}

bool Shared::ask_idle_to_leave() {
  WorkerSlot* eldest = nullptr;
  for (WorkerSlot& slot : pool()) {
    if (slot.worker.state != WorkerState::kIdle) continue;
    if (eldest == nullptr || slot.worker.since < eldest->worker.since) eldest = &slot;
  }
  if (eldest == nullptr) return false;
  eldest->worker.state = WorkerState::kLeaving;
  SetLatch(eldest->latch);
  return true;
}

Shared& shared_state() { return *state; }

int pool_size() { return max_background_workers; }

void install_shared_state() {
  DefineCustomIntVariable("timescaledb.max_background_workers",
                          "Most processes that run jobs at a time, over all databases.", nullptr,
                          &max_background_workers, 16, 0, kMaxWorkers, PGC_POSTMASTER, 0, nullptr,
                          nullptr, nullptr);
  previous_request_hook = shmem_request_hook;
  shmem_request_hook = request_memory;
  previous_startup_hook = shmem_startup_hook;
  shmem_startup_hook = start_memory;
}

}  // namespace varve::job
