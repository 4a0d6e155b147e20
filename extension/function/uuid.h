#pragma once

#include <cstdint>
#include <optional>

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/timestamp.h>
#include <utils/uuid.h>
}

namespace varve::function {

/// The time at the front of a UUID of version 7 (RFC 9562), in milliseconds from 1970; none for
/// other versions.
std::optional<std::int64_t> unix_ms_of(const pg_uuid_t& uuid);

/// The same as a timestamp. Throws kInvalidArgument for other versions. Never out of range: 48 bits
/// of milliseconds end in the year 10889.
TimestampTz timestamp_of(const pg_uuid_t& uuid);

}  // namespace varve::function
