#pragma once

#include "extension/pg/postgres.h"

// Which TOAST relations hold row groups: asked for every row of a scan, so remembered. C API.
namespace varve::columnstore {

enum class Known { kNo, kYes, kNothing };

Known known_groups(Oid toast);
void remember_groups(Oid toast, bool has_groups);
/// To be called by whoever writes a group.
void forget_groups(Oid toast);

/// Once, in _PG_init. Whatever gives a TOAST relation other contents invalidates it in the relation
/// cache of every backend: compression makes a new one, TRUNCATE and CLUSTER give it new files.
void install_group_cache();

}  // namespace varve::columnstore
