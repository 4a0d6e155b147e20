#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/primnodes.h>
}

namespace varve::ddl {

/// Whether `relation` is a hypertable. C in the sense of boundary.h.
bool is_hypertable(Oid relation);

/// The hypertable that a statement names, or InvalidOid; no lock is taken. Whatever is wrong with
/// the name is PostgreSQL's to report. C in the sense of boundary.h.
Oid named_hypertable(const RangeVar* name);

}  // namespace varve::ddl
