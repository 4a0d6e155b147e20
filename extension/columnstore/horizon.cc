#include "extension/columnstore/horizon.h"

#include "extension/columnstore/store.h"

#include "extension/pg/snapshot_conflict.h"

namespace varve::columnstore {

void Horizon::tell_standbys(Relation table) const {
  const Oid toast = table->rd_rel->reltoastrelid;
  if (!OidIsValid(toast)) return;
  const Store store = open_store(toast, AccessShareLock);
  pg::log_snapshot_conflict(store.index, newest);
  close_store(store);
}

}  // namespace varve::columnstore
