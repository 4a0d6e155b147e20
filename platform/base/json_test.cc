#include "platform/base/json.h"

#include <gtest/gtest.h>
#include <limits>

namespace varve::json {
namespace {

TEST(JsonString, EscapesWhatJsonForbids) {
  const struct {
    std::string_view text, json;
  } cases[] = {
      {"", R"("")"},
      {"plain é", "\"plain é\""},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"\n\r\t", R"("\n\r\t")"},
      {std::string_view("\0\x1f\x7f", 3), "\"\\u0000\\u001f\x7f\""},
  };
  for (const auto& c : cases) {
    std::string out;
    append_string(out, c.text);
    EXPECT_EQ(out, c.json);
  }
}

TEST(JsonObject, WritesMembersInOrder) {
  EXPECT_EQ(Object().str(), "{}");
  EXPECT_EQ(Object()
                .text("a", "x")
                .integer("b", -1)
                .real("c", 0.1)
                .boolean("d", false)
                .raw("e", "[12345678901234567.8901]")
                .real("f", std::numeric_limits<double>::infinity())
                .str(),
            R"({"a":"x","b":-1,"c":0.1,"d":false,"e":[12345678901234567.8901],"f":null})");
}

}  // namespace
}  // namespace varve::json
