#include "platform/api/cursor.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace varve::api {
namespace {

RC_GTEST_PROP(Cursor, DecodeInvertsEncode, (std::string question, std::vector<std::string> parts)) {
  RC_ASSERT(decode_cursor(question, encode_cursor(question, parts), parts.size()) == parts);
}

TEST(Cursor, BelongsToItsQuestion) {
  const auto cursor = encode_cursor("metrics/a", {"2026-11-25T09:00:00Z", "id"});
  EXPECT_TRUE(decode_cursor("metrics/a", cursor, 2));
  EXPECT_FALSE(decode_cursor("metrics/b", cursor, 2));
  EXPECT_FALSE(decode_cursor("metrics/a", cursor, 3));
}

TEST(Cursor, AnyChangedCharacterIsNoticed) {
  const auto cursor = encode_cursor("q", {"2026-11-25T09:00:00Z", "some id"});
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto parts = decode_cursor("q", changed, 2);
    // The last character has bits that no byte uses.
    EXPECT_TRUE(!parts || i + 1 == cursor.size()) << i;
  }
}

TEST(Cursor, GarbageIsRefused) {
  for (const char* text : {"", "A", "!!!!", "====", "MTIzNDU2Nzg5MDEyMzQ1Ng"}) {
    EXPECT_FALSE(decode_cursor("q", text, 2)) << text;
  }
}

TEST(Cursor, IsSafeInAUrl) {
  const auto cursor = encode_cursor("q", {std::string("\xff\xfe\xfd\x00", 4), "?>~"});
  EXPECT_EQ(
      cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

}  // namespace
}  // namespace varve::api
