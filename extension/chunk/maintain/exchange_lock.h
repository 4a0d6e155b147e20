#pragma once

#include "extension/pg/postgres.h"

namespace varve::chunk {

/// Locks a chunk of which this transaction has ExclusiveLock against readers, too, for its files to
/// be exchanged. Who has read it in a transaction that is still open is waited for, unless he now
/// waits for us, as to write into it: PostgreSQL would cancel him; but what can be done again gives
/// way, with 40P01. Other deadlocks are PostgreSQL's affair. C API.
void lock_for_exchange(Oid chunk);

}  // namespace varve::chunk
