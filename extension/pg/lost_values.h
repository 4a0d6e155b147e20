#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

namespace varve::pg {

/// Whether values of a deleted row that lie out of line are gone. VACUUM, and who reads a page of
/// the TOAST relation, remove what no transaction of this database needs; a snapshot that is taken
/// afterwards counts in those of other databases, so that the row itself may pass for one that
/// somebody still sees. Nobody does. C API.
bool has_lost_values(Relation table, const Datum* values, const bool* nulls);

}  // namespace varve::pg
