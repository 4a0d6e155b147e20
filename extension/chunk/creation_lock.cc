#include "extension/chunk/creation_lock.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <miscadmin.h>
#include <storage/lock.h>
#include <utils/guc.h>
#include <utils/inval.h>
}

namespace varve::chunk {
namespace {

bool enabled = false;

}  // namespace

void hold_creation_lock(Oid hypertable) {
  if (!enabled) return;
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, hypertable, 0, 79);  // 77 is a slice's, see create.cc
  LockAcquire(&tag, ExclusiveLock, false, false);
  AcceptInvalidationMessages();
}

void define_creation_lock() {
  DefineCustomBoolVariable(
      "varve.serialize_chunk_creation",
      "Lets transactions that make several chunks of a hypertable wait for each "
      "other instead of deadlocking.",
      "Before its first chunk a transaction waits for those that have made one, "
      "if they have the setting too.",
      &enabled, false, PGC_USERSET, 0, nullptr, nullptr, nullptr);
}

}  // namespace varve::chunk
