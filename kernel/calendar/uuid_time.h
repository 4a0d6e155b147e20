#pragma once

#include <cstdint>
#include <span>

// The time in UUIDs of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds from 1970, and
// behind the version 12 bits of the fraction of the millisecond (method 3 of section 6.2), so that
// they sort by microseconds. Times are microseconds from 1970 here, in [0, kUuidEnd).
namespace varve::calendar {

using UuidBytes = std::span<const unsigned char, 16>;

/// 2^48 milliseconds, in the year 10889.
inline constexpr std::int64_t kUuidEnd = (std::int64_t{1} << 48) * 1000;

/// Whether the UUID is of version 7 and of the variant that has versions.
bool has_uuid_time(UuidBytes uuid) noexcept;

/// Its milliseconds, as microseconds.
std::int64_t millisecond_of(UuidBytes uuid) noexcept;

/// The time that put_time() has written into it; for UUIDs of other makers, the end of the
/// microsecond that their fraction, if it is one, lies in.
std::int64_t microsecond_of(UuidBytes uuid) noexcept;

/// The last microsecond whose first UUID does not sort behind `uuid`: so UUIDs with a time sort
/// among first UUIDs of microseconds as this sorts among the microseconds.
std::int64_t sorted_microsecond_of(UuidBytes uuid) noexcept;

/// Sets time, version and variant; keeps the bits below. Over zeros it gives the first UUID of its
/// microsecond.
void put_time(std::span<unsigned char, 16> uuid, std::int64_t time) noexcept;

}  // namespace varve::calendar
