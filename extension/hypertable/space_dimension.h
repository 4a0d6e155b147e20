#pragma once

#include <cstdint>

#include "extension/catalog/hypertable_table.h"

#include "extension/pg/postgres.h"

// The second dimension of a hypertable: the hash of a column, which divides each new slice.
namespace varve::hypertable {

/// Throws 22023 unless a slice can have that many chunks: 1 to 32767.
void require_partitions(std::int32_t partitions);

/// Has new slices of the hypertable divided by hash of `column`. Throws 42703, 42704 or 42P17 for a
/// column that cannot be one, TS103 for a unique index that lacks it. The caller has locked the
/// hypertable against writers.
void add_space_dimension(const catalog::Hypertable& hypertable, const NameData& column,
                         std::int32_t partitions);

/// What the id of a second dimension is more than that of its hypertable.
inline constexpr std::int32_t kSpaceDimensionIds = 1 << 30;

}  // namespace varve::hypertable
