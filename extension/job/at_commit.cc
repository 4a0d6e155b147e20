#include "extension/job/at_commit.h"

#include <algorithm>
#include <csignal>
#include <vector>

#include "extension/job/shared_state.h"

extern "C" {
#include <access/xact.h>
#include <miscadmin.h>
}

namespace varve::job {
namespace {

struct Cancellation {
  SubTransactionId level;
  std::int32_t job_id;
};

bool must_wake = false;
bool must_list = false;

// On C++'s heap: it must outlive the memory contexts of a transaction.
std::vector<Cancellation>& cancellations() {
  static auto* const all = new std::vector<Cancellation>;
  return *all;
}

void cancel_runs(Shared& shared) {
  for (const WorkerSlot& slot : shared.pool()) {
    if (slot.worker.database != MyDatabaseId || slot.pid == 0 || slot.pid == MyProcPid) continue;
    if (slot.worker.state != WorkerState::kRunning) continue;
    for (const Cancellation& one : cancellations()) {
      if (one.job_id == slot.job_id) kill(slot.pid, SIGINT);
    }
  }
}

void forget() {
  must_wake = must_list = false;
  cancellations().clear();
}

void on_transaction_end(XactEvent event, void* /*argument*/) {
  if (!must_wake && !must_list) return;
  switch (event) {
    case XACT_EVENT_PRE_PREPARE:
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                      errmsg("cannot PREPARE a transaction that has changed jobs")));
      break;
    case XACT_EVENT_COMMIT:
      with_shared([](Shared& shared) {
        cancel_runs(shared);
        if (must_wake) shared.announce_change(MyDatabaseId);
        if (must_list) {
          shared.must_list_databases = true;
          shared.wake_launcher();
        }
      });
      forget();
      break;
    case XACT_EVENT_ABORT: forget(); break;
    default: break;
  }
}

void on_subtransaction_end(SubXactEvent event, SubTransactionId level, SubTransactionId parent,
                           void* /*argument*/) {
  auto& all = cancellations();
  if (all.empty()) return;
  if (event == SUBXACT_EVENT_ABORT_SUB) {
    std::erase_if(all, [&](const Cancellation& one) { return one.level == level; });
  } else if (event == SUBXACT_EVENT_COMMIT_SUB) {
    for (Cancellation& one : all) {
      if (one.level == level) one.level = parent;
    }
  }
}

}  // namespace

void wake_at_commit() { must_wake = true; }

void list_databases_at_commit() { must_list = true; }

void cancel_at_commit(std::int32_t job_id) {
  must_wake = true;
  cancellations().push_back({GetCurrentSubTransactionId(), job_id});
}

void install_at_commit() {
  RegisterXactCallback(on_transaction_end, nullptr);
  RegisterSubXactCallback(on_subtransaction_end, nullptr);
}

}  // namespace varve::job
