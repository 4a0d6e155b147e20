#pragma once

#include <cstddef>
#include <cstdint>

#include "extension/skipping/range_table.h"

namespace varve::skipping {

/// The certain ranges of one column, by ascending OID of the chunk: those of chunks that nobody has
/// written into.
struct KnownColumn {
  SkippedColumn column;
  ChunkRange* ranges;
  std::size_t count;

  [[nodiscard]] const ChunkRange* find(Oid chunk) const;
};

/// What a backend knows of a hypertable, as of a version (version.h).
struct KnownRanges {
  std::uint64_t version;
  KnownColumn* columns;
  std::size_t count;
};

/// As of now or later; valid until the next call for the same hypertable. C API.
const KnownRanges& known_ranges(std::int32_t hypertable_id);

}  // namespace varve::skipping
