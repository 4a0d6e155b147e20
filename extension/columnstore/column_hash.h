#pragma once

#include <cstdint>

#include "extension/columnstore/column_buffer.h"

#include "extension/pg/postgres.h"

namespace varve::columnstore {

/// Writes the hash of each value of a buffer, which is not positional, at `hashes`: of those that
/// are there, one after another. False where values of the type have none (value_hash.h). C API.
bool hash_values(const ColumnBuffer& buffer, std::uint64_t* hashes);

}  // namespace varve::columnstore
