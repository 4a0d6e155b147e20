#include "extension/skipping/version.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/xact.h>
#include <access/xlog.h>
#include <common/hashfn.h>
#include <miscadmin.h>
#include <port/atomics.h>
#include <storage/ipc.h>
#include <storage/lwlock.h>
#include <storage/shmem.h>
}

namespace varve::skipping {
namespace {

constexpr std::uint32_t kCounters = 1024;  // hypertables that share one make each other plan again
constexpr int kMostPending = 16;           // beyond, all are counted

struct Counters {
  pg_atomic_uint64 of[kCounters];
};

Counters* counters = nullptr;
shmem_request_hook_type previous_request_hook = nullptr;
shmem_startup_hook_type previous_startup_hook = nullptr;

// Counters to be advanced when the transaction has ended.
std::uint32_t pending[kMostPending];
int pending_count = 0;

std::uint32_t counter_of(std::int32_t hypertable_id) {
  return hash_combine(murmurhash32(MyDatabaseId),
                      murmurhash32(static_cast<std::uint32_t>(hypertable_id))) %
         kCounters;
}

void request_memory() {
  if (previous_request_hook != nullptr) previous_request_hook();
  RequestAddinShmemSpace(sizeof(Counters));
}

void start_memory() {
  if (previous_startup_hook != nullptr) previous_startup_hook();
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  bool found = false;
  counters =
      static_cast<Counters*>(ShmemInitStruct("varve_chunk_skipping", sizeof(Counters), &found));
  if (!found) {
    for (auto& counter : counters->of) pg_atomic_init_u64(&counter, 0);
  }
  LWLockRelease(AddinShmemInitLock);
}

void remember(std::uint32_t counter) {
  for (int i = 0; i < pending_count && i < kMostPending; ++i) {
    if (pending[i] == counter) return;
  }
  if (pending_count < kMostPending) pending[pending_count] = counter;
  ++pending_count;
}

void count_pending() {
  if (pending_count > kMostPending) {
    for (auto& counter : counters->of) pg_atomic_fetch_add_u64(&counter, 1);
  } else {
    for (int i = 0; i < pending_count; ++i) pg_atomic_fetch_add_u64(&counters->of[pending[i]], 1);
  }
}

void on_end_of_transaction(XactEvent event, void*) {
  if (pending_count == 0) return;
  // By now others see what the transaction has done, or that it has done nothing.
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT) count_pending();
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) {
    pending_count = 0;
  }
}

}  // namespace

std::uint64_t version_of(std::int32_t hypertable_id) {
  if (RecoveryInProgress()) return kNoVersion;
  const std::uint64_t version = pg_atomic_read_u64(&counters->of[counter_of(hypertable_id)]);
  pg_memory_barrier();
  return version;
}

void count_change(std::int32_t hypertable_id) {
  const std::uint32_t counter = counter_of(hypertable_id);
  pg_atomic_fetch_add_u64(&counters->of[counter], 1);
  remember(counter);
}

void install_version() {
  previous_request_hook = shmem_request_hook;
  shmem_request_hook = request_memory;
  previous_startup_hook = shmem_startup_hook;
  shmem_startup_hook = start_memory;
  RegisterXactCallback(on_end_of_transaction, nullptr);
}

}  // namespace varve::skipping
