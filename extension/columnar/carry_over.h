#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

namespace varve::columnar {

/// Copies the row groups of a table whose heap part has just been copied to the TOAST relation of
/// the new table, as CLUSTER and VACUUM FULL have it: as they are, so that TIDs stay what they
/// were. Tombstones keep their transactions; carriers are not needed, since the table is locked.
/// C API.
void carry_over_store(Relation old_table, Relation new_table, TransactionId oldest,
                      TransactionId freeze_before, MultiXactId freeze_multis_before);

}  // namespace varve::columnar
