#pragma once

#include <cstddef>
#include <cstdint>

#include "extension/pg/freeze.h"
#include "extension/pg/postgres.h"
extern "C" {
#include <access/attnum.h>
#include <utils/rel.h>
}

namespace varve::chunk {

/// A table that takes rows over, up to a coordinate.
struct VersionTarget {
  Relation table;
  pg::FreezeLimits limits;
  std::int64_t end;  // the first coordinate that belongs to the next target
  double rows;       // counts what any transaction may still see as live
};

/// The primary dimension of the source.
struct TimeColumn {
  AttrNumber number;
  Oid type;  // its base type
};

/// Copies every row version of the heap `source`, or beside the columns of a chunk, that some
/// snapshot may see, with the transactions that made and ended it, into the first of `targets` in
/// ascending order that its time belongs to; columns go by name. Nobody writes into the source; the
/// targets are new in this transaction.
///
/// An update that moved a row from one target's range to another's looks like a deletion to a
/// snapshot older than it. C API.
void copy_versions(Relation source, TimeColumn time, VersionTarget* targets, std::size_t count);

}  // namespace varve::chunk
