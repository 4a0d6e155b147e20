#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <c.h>
}

namespace varve::chunk {

/// The tablespace called `name`, for new files of a chunk; InvalidOid for the database's own.
/// Reports 42704 where there is none, 42501 without the right to create in it. C API.
Oid tablespace_for(const char* name);

/// The same, of the tablespace that has the name, or whose files lie in the directory `place`; a
/// relative path is compared with the end of the tablespace's. 42704 where there is none or more
/// than one.
Oid tablespace_at(const char* place);

/// The tablespace of a relation; InvalidOid for the database's own.
Oid tablespace_of_relation(Oid relation);

}  // namespace varve::chunk
