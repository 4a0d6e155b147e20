#pragma once

#include "extension/pg/postgres.h"

// The setting varve.serialize_chunk_creation. Transactions that make several chunks in different
// orders deadlock, since each holds the slices that it has made chunks for until it ends. With the
// setting they queue instead: before its first chunk a transaction takes one lock for all chunks of
// the hypertable. Nobody else is in the queue, so that one such loader among others still may
// deadlock with them.
namespace varve::chunk {

/// Until the end of the transaction; nothing where the setting is off. Comes after the lock of the
/// hypertable and before any other that making a chunk takes. C API.
void hold_creation_lock(Oid hypertable);

void define_creation_lock();

}  // namespace varve::chunk
