#pragma once

#include <cstdint>

// Counts, in shared memory, what may make ranges of a hypertable's chunks untrue: the first row
// that a transaction writes into a chunk with ranges, and their removal. Who does it counts it
// before it commits. So a plan that left out chunks is right for a snapshot taken later if the
// count is still what it was before their ranges were looked at: whatever the snapshot sees has
// been counted. C API.
namespace varve::skipping {

/// Of no count: what is known with it is to be looked at again.
inline constexpr std::uint64_t kNoVersion = UINT64_MAX;

/// The count of a hypertable of this database; counts are shared by several. kNoVersion on a
/// standby, where others' changes come by replay, which counts nothing.
std::uint64_t version_of(std::int32_t hypertable_id);

/// Counts, now, and once more when the transaction has ended, so that everybody looks at what it
/// has added, or not.
void count_change(std::int32_t hypertable_id);

/// Once, in _PG_init.
void install_version();

}  // namespace varve::skipping
