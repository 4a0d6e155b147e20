#include "kernel/base/crc32c.h"

#include <gtest/gtest.h>
#include <random>
#include <string_view>
#include <vector>

namespace varve {
namespace {

ByteView bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

using Crc = std::uint32_t (*)(ByteView, std::uint32_t);

/// Whatever this machine can run.
std::vector<std::pair<const char*, Crc>> implementations() {
  std::vector<std::pair<const char*, Crc>> all = {{"chosen", crc32c},
                                                  {"portable", crc32c_portable}};
  if (crc32c_in_hardware()) all.emplace_back("hardware", crc32c_hardware);
  return all;
}

TEST(Crc32c, KnowsTheVectorsOfRfc3720) {
  std::string ascending, descending;
  for (char c = 0; c < 32; ++c) ascending += c;
  descending.assign(ascending.rbegin(), ascending.rend());
  // An iSCSI SCSI read (10) command PDU, appendix B.4.
  const std::string read_command(
      "\x01\xc0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x14\0\0\0\0\0\x04\0\0\0\0\x14\0\0\0\x18\x28\0\0\0\0\0\0"
      "\0"
      "\x02\0\0\0\0\0\0\0",
      48);
  const struct {
    const char* what;
    std::string data;
    std::uint32_t crc;
  } cases[] = {
      {"nothing", "", 0},
      {"the check value", "123456789", 0xE3069283},
      {"zeros", std::string(32, '\0'), 0x8A9136AA},
      {"ones", std::string(32, '\xff'), 0x62A8AB43},
      {"ascending", ascending, 0x46DD794E},
      {"descending", descending, 0x113FDB5C},
      {"read command", read_command, 0xD9963A56},
  };
  for (const auto& c : cases) {
    for (const auto& [name, crc] : implementations()) {
      EXPECT_EQ(crc(bytes_of(c.data), 0), c.crc) << c.what << ", " << name;
    }
  }
}

std::vector<std::byte> random_bytes(std::mt19937_64& random, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

/// Every length to 200 at every alignment, cut in two at every place.
TEST(Crc32c, ImplementationsAgreeOnEveryAlignmentAndSplit) {
  std::mt19937_64 random(1);
  const std::vector<std::byte> memory = random_bytes(random, 256);
  for (std::size_t begin = 0; begin < 16; ++begin) {
    for (std::size_t size = 0; size <= 200; ++size) {
      const ByteView bytes = ByteView(memory).subspan(begin, size);
      const std::uint32_t expected = crc32c_portable(bytes);
      ASSERT_EQ(crc32c(bytes), expected) << begin << ", " << size;
      for (std::size_t cut = 0; cut <= size; ++cut) {
        ASSERT_EQ(crc32c(bytes.subspan(cut), crc32c(bytes.first(cut))), expected);
        ASSERT_EQ(crc32c_portable(bytes.subspan(cut), crc32c(bytes.first(cut))), expected);
      }
    }
  }
}

TEST(Crc32c, ImplementationsAgreeOnLongData) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    const auto bytes = random_bytes(random, random() % 100'000);
    const std::size_t cut = bytes.empty() ? 0 : random() % bytes.size();
    const std::uint32_t expected = crc32c_portable(bytes);
    ASSERT_EQ(crc32c(bytes), expected);
    ASSERT_EQ(crc32c(ByteView(bytes).subspan(cut), crc32c(ByteView(bytes).first(cut))), expected);
  }
}

/// What the checksum is for: no single wrong bit passes.
TEST(Crc32c, NoticesDamage) {
  std::mt19937_64 random(2);
  auto bytes = random_bytes(random, 8192);
  const std::uint32_t expected = crc32c(bytes);
  for (int i = 0; i < 2'000; ++i) {
    const std::size_t bit = random() % (bytes.size() * 8);
    bytes[bit / 8] ^= std::byte{1} << bit % 8;
    ASSERT_NE(crc32c(bytes), expected) << "bit " << bit;
    bytes[bit / 8] ^= std::byte{1} << bit % 8;
  }
  EXPECT_EQ(crc32c(bytes), expected);
}

}  // namespace
}  // namespace varve
