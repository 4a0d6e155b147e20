#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/transam.h>
#include <utils/rel.h>
}

namespace varve::columnstore {

/// The newest of the transactions that have made rows which become visible to all, or ended rows
/// that go for good. Snapshots of this server hold back what they see otherwise; those of a standby
/// do not. C API.
struct Horizon {
  TransactionId newest = InvalidTransactionId;

  void advance(TransactionId xid) {
    if (!TransactionIdIsNormal(xid)) return;
    if (!TransactionIdIsValid(newest) || TransactionIdFollows(xid, newest)) newest = xid;
  }
  /// Lets older ones of a standby go before it replays the end of this transaction. `table` is
  /// permanent where this matters.
  void tell_standbys(Relation table) const;
};

}  // namespace varve::columnstore
