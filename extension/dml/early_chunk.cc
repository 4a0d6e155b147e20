#include "extension/dml/early_chunk.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/chunk/coordinate.h"
#include "extension/chunk/create.h"
#include "extension/chunk/partition_descriptor.h"
#include "extension/chunk/place.h"
#include "extension/job/process.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <miscadmin.h>
#include <postmaster/bgworker.h>
#include <storage/ipc.h>
#include <storage/lmgr.h>
#include <tcop/tcopprot.h>
#include <utils/guc.h>
#include <utils/inval.h>
#include <utils/snapmgr.h>
}

extern "C" {
PGDLLEXPORT void varve_early_chunk_main(Datum database);
}

namespace varve::dml {
namespace {

bool enabled = true;

/// What the process has to know.
struct Request {
  Oid hypertable;
  std::int64_t value;
};

bool exists(Relation parent, std::int64_t value, Oid type) {
  AcceptInvalidationMessages();
  return pg::entry([&] {
    PartitionDesc descriptor = pg::call([&] { return chunk::fresh_partition_descriptor(parent); });
    const Datum datum = chunk::datum_of(value, type);
    return OidIsValid(chunk::place_of(descriptor, parent, datum, type).chunk);
  });
}

// Who waits for us cannot be seen by the search for deadlocks: so the table is locked only if it is
// free, and nothing else is waited for long.
void make(const Request& request) {
  SetConfigOption("lock_timeout", "1s", PGC_USERSET, PGC_S_SESSION);
  StartTransactionCommand();
  PushActiveSnapshot(GetTransactionSnapshot());
  if (ConditionalLockRelationOid(request.hypertable, RowExclusiveLock)) {
    Relation parent = try_table_open(request.hypertable, NoLock);
    if (parent != nullptr) {
      pg::entry([&] {
        const auto* hypertable = catalog::cached_hypertable(request.hypertable);
        if (hypertable != nullptr) chunk::ensure(parent, *hypertable, request.value);
      });
      table_close(parent, NoLock);
    }
  }
  PopActiveSnapshot();
  CommitTransactionCommand();
}

void run() {
  Request request;
  memcpy(&request, MyBgworkerEntry->bgw_extra, sizeof request);
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(MyBgworkerEntry->bgw_main_arg),
                                            InvalidOid, BGWORKER_BYPASS_ALLOWCONN);
  PG_TRY();
  { make(request); }
  PG_CATCH();
  {
    // Who asked makes the chunk in its own transaction then, and fails for the same reason.
    AbortCurrentTransaction();
    FlushErrorState();
  }
  PG_END_TRY();
  proc_exit(0);
}

/// A statement that is cancelled takes the process along.
void wait_for(BackgroundWorkerHandle* process) {
  PG_TRY();
  { WaitForBackgroundWorkerShutdown(process); }
  PG_CATCH();
  {
    TerminateBackgroundWorker(process);
    HOLD_INTERRUPTS();
    WaitForBackgroundWorkerShutdown(process);
    RESUME_INTERRUPTS();
    PG_RE_THROW();
  }
  PG_END_TRY();
}

}  // namespace

void make_chunk_early(Relation parent, std::int64_t value, Oid type) {
  if (!enabled || !IsUnderPostmaster || TransactionIdIsValid(GetTopTransactionIdIfAny()) ||
      exists(parent, value, type)) {
    return;
  }
  const Request request = {RelationGetRelid(parent), value};
  BackgroundWorkerHandle* process =
      job::start_process("varve chunk maker", MyDatabaseId, "varve_early_chunk_main",
                         ObjectIdGetDatum(MyDatabaseId), std::as_bytes(std::span(&request, 1)));
  if (process == nullptr) return;
  wait_for(process);
  AcceptInvalidationMessages();
}

void define_early_chunks() {
  DefineCustomBoolVariable(
      "varve.early_chunks",
      "Lets COPY commit the first chunk that it needs before its rows, so that "
      "others need not wait for it.",
      "Such a chunk stays, empty, where the COPY fails.", &enabled, true, PGC_USERSET, 0, nullptr,
      nullptr, nullptr);
}

}  // namespace varve::dml

void varve_early_chunk_main(Datum /*database*/) { varve::dml::run(); }
