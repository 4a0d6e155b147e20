#pragma once

#include <cstdint>
#include <optional>

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/timestamp.h>
#include <utils/uuid.h>
}

// UUIDs of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds from 1970, and behind the
// version 12 bits of the fraction of the millisecond (method 3 of section 6.2), so that they sort
// by microseconds.
namespace varve::function {

/// The UUID's milliseconds as a timestamp; none for other versions. Never out of range: 48 bits end
/// in the year 10889.
std::optional<TimestampTz> time_of(const pg_uuid_t& uuid);

/// The same. Throws kInvalidArgument for other versions.
TimestampTz required_time_of(const pg_uuid_t& uuid);

}  // namespace varve::function
