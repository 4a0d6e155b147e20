#pragma once

#include "extension/pg/postgres.h"

// Frozen chunks: nobody changes their rows. What holds a writer back are two triggers of the chunk,
// which fire always, for COPY, cascades of foreign keys and the workers of subscriptions as for any
// statement. They are the state, too: pg_dump and pg_upgrade take them along, and whoever drops or
// disables them by hand has thawed the chunk. C API.
namespace varve::chunk {

bool is_frozen(Oid chunk);

/// Reports `state` for a frozen chunk: it cannot be `done`, "dropped" or the like.
void require_not_frozen(Oid chunk, int state, const char* done);

/// Puts the triggers on the chunk, which is not frozen, or drops them. ShareRowExclusiveLock on the
/// chunk is held; to drop them, also those that somebody has disabled before freeze(),
/// AccessExclusiveLock is taken.
void freeze(Oid chunk);
void unfreeze(Oid chunk);

}  // namespace varve::chunk
