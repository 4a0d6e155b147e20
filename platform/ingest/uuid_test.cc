#include "platform/ingest/uuid.h"

#include <gtest/gtest.h>
#include <string>

namespace varve::ingest {
namespace {

std::string text_of(const Uuid& uuid) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += {kDigits[uuid[i] >> 4], kDigits[uuid[i] & 15]};
  }
  return text;
}

TEST(ParseUuid, Table) {
  const struct {
    const char* why;
    const char* text;
    bool valid;
  } cases[] = {
      {"lower case", "550e8400-e29b-41d4-a716-446655440000", true},
      {"upper case", "550E8400-E29B-41D4-A716-446655440000", true},
      {"empty", "", false},
      {"too short", "550e8400-e29b-41d4-a716-44665544000", false},
      {"too long", "550e8400-e29b-41d4-a716-4466554400000", false},
      {"without dashes", "550e8400e29b41d4a716446655440000....", false},
      {"not hexadecimal", "550e8400-e29b-41d4-a716-44665544000g", false},
      {"a dash too many", "550e8400-e29b-41d4-a716-4466-5544000", false},
      {"with a prefix", "urn:uuid:550e8400-e29b-41d4-a716-446655440000", false},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_uuid(c.text).has_value(), c.valid) << c.why;
}

TEST(ParseUuid, KeepsTheBytes) {
  EXPECT_EQ(text_of(*parse_uuid("0192F3a4-0000-7fff-8abc-ffeeddccbbaa")),
            "0192f3a4-0000-7fff-8abc-ffeeddccbbaa");
}

// The value that RFC 9562, appendix A.4, gives for "www.example.com" in the name space of DNS.
TEST(NameUuid, AgreesWithTheRfc) {
  const Uuid dns = *parse_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  EXPECT_EQ(text_of(name_uuid(dns, "www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

}  // namespace
}  // namespace varve::ingest
