#include "kernel/calendar/uuid_time.h"

#include <array>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

namespace varve::calendar {
namespace {

using Uuid = std::array<unsigned char, 16>;

Uuid first_of(std::int64_t time) {
  Uuid uuid = {};
  put_time(uuid, time);
  return uuid;
}

TEST(UuidTime, WhatWentInComesOut) {
  for (const std::int64_t time :
       {std::int64_t{0}, std::int64_t{1'700'000'000'000'000}, kUuidEnd - 1000}) {
    for (int us = 0; us < 1000; ++us) {
      const Uuid uuid = first_of(time + us);
      EXPECT_TRUE(has_uuid_time(uuid));
      EXPECT_EQ(microsecond_of(uuid), time + us);
      EXPECT_EQ(sorted_microsecond_of(uuid), time + us);
      EXPECT_EQ(millisecond_of(uuid), time);
    }
  }
}

TEST(UuidTime, SortsAmongFirstUuidsAsAmongMicroseconds) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 100'000; ++round) {
    Uuid uuid = {};
    for (auto& byte : uuid) byte = static_cast<unsigned char>(random());
    uuid[6] = 0x70 | (uuid[6] & 0x0f);
    uuid[8] = 0x80 | (uuid[8] & 0x3f);
    const std::int64_t time = sorted_microsecond_of(uuid);
    EXPECT_LE(first_of(time), uuid);
    if (time + 1 < kUuidEnd) {
      EXPECT_GT(first_of(time + 1), uuid);
    }
  }
}

TEST(UuidTime, OtherVersionsAndVariantsHaveNone) {
  Uuid uuid = first_of(0);
  uuid[6] = 0x40;
  EXPECT_FALSE(has_uuid_time(uuid));
  uuid[6] = 0x70;
  uuid[8] = 0x00;
  EXPECT_FALSE(has_uuid_time(uuid));
}

}  // namespace
}  // namespace varve::calendar
