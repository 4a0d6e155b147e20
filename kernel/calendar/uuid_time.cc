#include "kernel/calendar/uuid_time.h"

namespace varve::calendar {
namespace {

constexpr std::int64_t kFractions = 4096;  // of a millisecond

std::int64_t fraction_of(UuidBytes uuid) noexcept { return (uuid[6] & 0x0f) << 8 | uuid[7]; }

}  // namespace

bool has_uuid_time(UuidBytes uuid) noexcept { return uuid[6] >> 4 == 7 && uuid[8] >> 6 == 0b10; }

std::int64_t millisecond_of(UuidBytes uuid) noexcept {
  std::int64_t ms = 0;
  for (int i = 0; i < 6; ++i) ms = ms << 8 | uuid[i];
  return ms * 1000;
}

// Rounds up, as put_time() rounds down: what went in comes out.
std::int64_t microsecond_of(UuidBytes uuid) noexcept {
  return millisecond_of(uuid) + (fraction_of(uuid) * 1000 + kFractions - 1) / kFractions;
}

// The largest us with us * 4096 / 1000, rounded down, not above the fraction: the largest below
// (fraction + 1) * 1000 / 4096.
std::int64_t sorted_microsecond_of(UuidBytes uuid) noexcept {
  return millisecond_of(uuid) + ((fraction_of(uuid) + 1) * 1000 - 1) / kFractions;
}

void put_time(std::span<unsigned char, 16> uuid, std::int64_t time) noexcept {
  const std::int64_t ms = time / 1000;
  const std::int64_t fraction = time % 1000 * kFractions / 1000;
  for (int i = 0; i < 6; ++i) uuid[i] = static_cast<unsigned char>(ms >> (40 - 8 * i));
  uuid[6] = static_cast<unsigned char>(0x70 | fraction >> 8);
  uuid[7] = static_cast<unsigned char>(fraction);
  uuid[8] = static_cast<unsigned char>(0x80 | (uuid[8] & 0x3f));
}

}  // namespace varve::calendar
