#include "kernel/base/bytes.h"

#include <gtest/gtest.h>
#include <random>

#include "kernel/base/error.h"

namespace varve {
namespace {

ByteView as_view(const std::vector<unsigned char>& bytes) {
  return std::as_bytes(std::span(bytes));
}

TEST(Varint, Table) {
  const struct {
    std::uint64_t value;
    std::vector<unsigned char> bytes;
  } cases[] = {
      {0, {0x00}},
      {127, {0x7f}},
      {128, {0x80, 0x01}},
      {300, {0xac, 0x02}},
      {~std::uint64_t{0}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}},
  };
  for (const auto& c : cases) {
    Bytes out;
    append_varint(out, c.value);
    EXPECT_TRUE(std::ranges::equal(out, as_view(c.bytes))) << c.value;
    ByteView in = as_view(c.bytes);
    EXPECT_EQ(take_varint(in), c.value);
    EXPECT_TRUE(in.empty());
  }
}

TEST(Varint, RefusesWhatEndsEarlyOrIsTooLong) {
  const std::vector<unsigned char> bad[] = {
      {},
      {0x80},
      {0xff, 0xff, 0xff},
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02},
      {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00},
  };
  for (const auto& bytes : bad) {
    ByteView in = as_view(bytes);
    EXPECT_THROW(take_varint(in), Error) << bytes.size();
  }
}

TEST(Varint, TakeInvertsAppend) {
  std::mt19937_64 random(3);
  std::vector<std::uint64_t> values(10'000);
  for (std::uint64_t& value : values) value = random() >> random() % 64;  // every length
  Bytes out;
  for (const std::uint64_t value : values) append_varint(out, value);
  ByteView in = out;
  for (const std::uint64_t value : values) ASSERT_EQ(take_varint(in), value);
  EXPECT_TRUE(in.empty());
}

}  // namespace
}  // namespace varve
