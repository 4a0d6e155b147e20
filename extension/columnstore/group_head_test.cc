#include "extension/columnstore/group_head.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "kernel/base/error.h"

namespace varve::columnstore {
namespace {

std::vector<std::byte> tuple_of(const GroupHead& head, std::size_t behind) {
  std::vector<std::byte> bytes(sizeof head + behind);
  std::memcpy(bytes.data(), &head, sizeof head);
  return bytes;
}

std::optional<ErrorKind> error_of(ByteView bytes) {
  try {
    checked_head(bytes);
  } catch (const Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

TEST(GroupHead, IsReadAsItWasWritten) {
  const GroupHead head = checked_head(tuple_of(make_head(65536, 100, 0), 100));
  EXPECT_EQ(head.rows, 65536U);
  EXPECT_EQ(head.size, 100U);
  EXPECT_EQ(head.value_id, 0U);
  EXPECT_EQ(checked_head(tuple_of(make_head(1, 1 << 20, 20000), 0)).value_id, 20000U)
      << "a descriptor elsewhere";
}

TEST(GroupHead, Table) {
  GroupHead future = make_head(1, 0, 0);
  future.version = 2;
  const struct {
    const char* why;
    std::vector<std::byte> bytes;
    ErrorKind kind;
  } cases[] = {
      {"nothing", {}, ErrorKind::kCorruptData},
      {"shorter than a head", std::vector<std::byte>(23), ErrorKind::kCorruptData},
      {"zeros", std::vector<std::byte>(24), ErrorKind::kCorruptData},
      {"no rows", tuple_of(make_head(0, 0, 0), 0), ErrorKind::kCorruptData},
      {"too many rows", tuple_of(make_head(65537, 0, 0), 0), ErrorKind::kCorruptData},
      {"a descriptor cut short", tuple_of(make_head(1, 8, 0), 7), ErrorKind::kCorruptData},
      {"a version from the future", tuple_of(future, 0), ErrorKind::kUnsupported},
  };
  for (const auto& c : cases) EXPECT_EQ(error_of(c.bytes), c.kind) << c.why;
}

TEST(GroupHead, EveryChangedBitIsSeen) {
  const auto whole = tuple_of(make_head(1000, 4, 0), 4);
  for (std::size_t bit = 0; bit < 8 * sizeof(GroupHead); ++bit) {
    auto bytes = whole;
    bytes[bit / 8] ^= std::byte{1} << bit % 8;
    EXPECT_TRUE(error_of(bytes).has_value()) << "bit " << bit;
  }
}

}  // namespace
}  // namespace varve::columnstore
