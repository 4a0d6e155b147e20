#pragma once

#include <cstdint>
#include <optional>

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/timestamp.h>
#include <utils/uuid.h>
}

// SQL functions of UUIDs of version 7 (kernel/calendar/uuid_time.h).
namespace varve::function {

/// The UUID's milliseconds as a timestamp; none for other versions. Never out of range: 48 bits end
/// in the year 10889.
std::optional<TimestampTz> time_of(const pg_uuid_t& uuid);

/// The same. Throws kInvalidArgument for other versions.
TimestampTz required_time_of(const pg_uuid_t& uuid);

}  // namespace varve::function
