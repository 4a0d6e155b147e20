#pragma once

#include <cstddef>

#include "extension/pg/postgres.h"
extern "C" {
#include <storage/lmgr.h>
}

namespace varve::chunk {

/// Locks several relations in a mode that others must wait for, without a fixed order: queries lock
/// chunks by range, ANALYZE by OID, an INSERT as its rows come. So it never waits for one relation
/// while it holds another: it takes what is free at once, and where one is not, lets go of the
/// rest, waits for that one, and starts over. Nobody who wants the same relations in another order
/// can end in a deadlock with it, and readers of the free ones do not queue behind the busy one.
///
/// Locks that the transaction has from before stay, and can still be part of a deadlock. After many
/// rounds, where new users keep coming, it does wait with locks in hand. `wait` is how it waits for
/// one relation. C API.
using WaitForLock = void (*)(Oid relation, LOCKMODE mode);
void lock_all(const Oid* relations, std::size_t count, LOCKMODE mode,
              WaitForLock wait = LockRelationOid);

/// Takes back what lock_all() has done, before anything was changed. C API.
void unlock_all(const Oid* relations, std::size_t count, LOCKMODE mode);

}  // namespace varve::chunk
