#include "extension/columnar/deletion_bitmap.h"

#include <cstring>
#include <gtest/gtest.h>
#include <optional>
#include <vector>

#include "kernel/base/error.h"

namespace varve::columnar {
namespace {

std::vector<std::byte> tuple_of(const DeletionBitmap& bitmap,
                                std::size_t size = sizeof(DeletionBitmap)) {
  std::vector<std::byte> bytes(size);
  std::memcpy(bytes.data(), &bitmap, std::min(size, sizeof bitmap));
  return bytes;
}

std::optional<ErrorKind> error_of(ByteView bytes) {
  try {
    checked_bitmap(bytes);
  } catch (const Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

DeletionBitmap of_rows(std::vector<std::uint16_t> positions) { return make_bitmap(positions); }

TEST(DeletionBitmap, IsReadAsItWasWritten) {
  const DeletionBitmap bitmap = checked_bitmap(tuple_of(of_rows({0, 63, 64, 1023})));
  EXPECT_EQ(bitmap.rows, 4);
  for (std::uint32_t row = 0; row < kBitmapRows; ++row) {
    EXPECT_EQ(bitmap.has(row), row == 0 || row == 63 || row == 64 || row == 1023) << row;
  }
}

TEST(DeletionBitmap, Table) {
  DeletionBitmap future = of_rows({1});
  future.version = kBitmapVersion + 1;
  const struct {
    const char* why;
    std::vector<std::byte> bytes;
    ErrorKind kind;
  } cases[] = {
      {"nothing", {}, ErrorKind::kCorruptData},
      {"cut short", tuple_of(of_rows({1}), sizeof(DeletionBitmap) - 1), ErrorKind::kCorruptData},
      {"too long", tuple_of(of_rows({1}), sizeof(DeletionBitmap) + 1), ErrorKind::kCorruptData},
      {"zeros", std::vector<std::byte>(sizeof(DeletionBitmap)), ErrorKind::kCorruptData},
      {"no rows", tuple_of(of_rows({})), ErrorKind::kCorruptData},
      {"a version from the future", tuple_of(future), ErrorKind::kUnsupported},
  };
  for (const auto& c : cases) EXPECT_EQ(error_of(c.bytes), c.kind) << c.why;
}

TEST(DeletionBitmap, EveryChangedBitIsSeen) {
  const auto whole = tuple_of(of_rows({5, 700}));
  for (std::size_t bit = 0; bit < 8 * sizeof(DeletionBitmap); ++bit) {
    auto bytes = whole;
    bytes[bit / 8] ^= std::byte{1} << bit % 8;
    EXPECT_TRUE(error_of(bytes).has_value()) << "bit " << bit;
  }
}

TEST(DeletionBitmap, KeysKeepGroupVectorAndNumberApart) {
  const RowId last = bitmap_id(kLastGroup, 63, kBitmapsOfVector - 1);
  EXPECT_EQ(last, (RowId{kLastGroup, 65535}));
  EXPECT_GT(sequence_of(last), 0);
  EXPECT_EQ(vector_of_bitmap(last), 63U);
  EXPECT_EQ(number_of_bitmap(last), kBitmapsOfVector - 1);
  EXPECT_LT(sequence_of(bitmap_id(3, 7, kBitmapsOfVector - 1)), sequence_of(bitmap_id(3, 8, 0)));
}

}  // namespace
}  // namespace varve::columnar
