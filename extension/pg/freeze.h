#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/multixact.h>
#include <access/transam.h>
#include <commands/vacuum.h>
#include <utils/rel.h>
}

namespace varve::pg {

/// What a rewrite of a table needs to know of time: row versions older than `oldest` are dead to
/// all, transaction ids before `xid` and multixacts before `multi` are to be frozen.
struct FreezeLimits {
  TransactionId oldest;
  TransactionId xid;
  MultiXactId multi;
};

/// As CLUSTER has them; xid and multi are the new relfrozenxid and relminmxid, which never go back.
/// C API.
inline FreezeLimits freeze_limits(Relation table) {
  FreezeLimits limits = {};
#if PG_VERSION_NUM < 160000
  MultiXactId oldest_multi = InvalidMultiXactId;
  vacuum_set_xid_limits(table, 0, 0, 0, 0, &limits.oldest, &oldest_multi, &limits.xid,
                        &limits.multi);
#else
  VacuumParams parameters = {};
  VacuumCutoffs cutoffs;
  vacuum_get_cutoffs(table, &parameters, &cutoffs);
  limits = {cutoffs.OldestXmin, cutoffs.FreezeLimit, cutoffs.MultiXactCutoff};
#endif
  const TransactionId xid = table->rd_rel->relfrozenxid;
  if (TransactionIdIsValid(xid) && TransactionIdPrecedes(limits.xid, xid)) limits.xid = xid;
  // VACUUM looks at this database alone, and may have got further than a snapshot lets us see now,
  // which waits for transactions of all: what it has passed is dead to everybody here.
  if (TransactionIdPrecedes(limits.oldest, limits.xid)) limits.oldest = limits.xid;
  const MultiXactId multi = table->rd_rel->relminmxid;
  if (MultiXactIdIsValid(multi) && MultiXactIdPrecedes(limits.multi, multi)) limits.multi = multi;
  return limits;
}

}  // namespace varve::pg
