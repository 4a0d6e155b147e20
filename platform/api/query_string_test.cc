#include "platform/api/query_string.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace varve::api {
namespace {

TEST(PercentDecode, Table) {
  const struct {
    const char* why;
    std::string_view text;
    bool plus;
    const char* decoded;  // nullptr: refused
  } cases[] = {
      {"nothing to do", "abc", false, "abc"},
      {"escape", "a%20b", false, "a b"},
      {"lower case digits", "%c3%a9", false, "é"},
      {"plus in a query", "a+b", true, "a b"},
      {"plus in a path", "a+b", false, "a+b"},
      {"cut off", "a%2", false, nullptr},
      {"lone percent at the end", "a%", false, nullptr},
      {"no digits", "%zz", false, nullptr},
      {"NUL", "a%00", false, nullptr},
      {"no UTF-8", "%ff", false, nullptr},
      {"overlong slash", "%c0%af", false, nullptr},
      {"surrogate", "%ed%a0%80", false, nullptr},
      {"beyond Unicode", "%f4%90%80%80", false, nullptr},
      {"largest code point", "%f4%8f%bf%bf", false, "\xf4\x8f\xbf\xbf"},
      {"sequence cut off", "%e2%82", false, nullptr},
  };
  for (const auto& c : cases) {
    const auto decoded = percent_decode(c.text, c.plus);
    ASSERT_EQ(decoded.has_value(), c.decoded != nullptr) << c.why;
    if (decoded) {
      EXPECT_EQ(*decoded, c.decoded) << c.why;
    }
  }
}

TEST(ParseQuery, KeepsOrderRepetitionAndEmptyValues) {
  const auto fields = parse_query("b=1&a=%3D%26&b=2&c&&=x&d==");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields,
            (Fields{{"b", "1"}, {"a", "=&"}, {"b", "2"}, {"c", ""}, {"", "x"}, {"d", "="}}));
  EXPECT_EQ(parse_query(""), Fields{});
  EXPECT_FALSE(parse_query("a=%"));
}

TEST(ParseTarget, TakesOriginFormOnly) {
  const auto target = parse_target("/v1/a%2Fb?x=1");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v1/a%2Fb");
  EXPECT_EQ(target->query, (Fields{{"x", "1"}}));
  for (const char* text : {"", "*", "http://host/", "v1", "/%", "/?a=%0"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
}

RC_GTEST_PROP(PercentDecode, InvertsEncoding, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
  std::string encoded;
  for (const char c : text) {
    encoded += '%';
    encoded += "0123456789ABCDEF"[c >> 4];
    encoded += "0123456789ABCDEF"[c & 15];
  }
  RC_ASSERT(percent_decode(encoded, true) == text);
}

}  // namespace
}  // namespace varve::api
