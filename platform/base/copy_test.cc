#include "platform/base/copy.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace varve::database {
namespace {

constexpr std::size_t kHeaderBytes = 19;

/// The field that `add` appends, without its length word.
template <class Add>
std::string field(const Add& add) {
  CopyBuffer buffer;
  add(buffer);
  return std::string(buffer.bytes().substr(kHeaderBytes + 4));
}

std::int16_t int16_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::int16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                   static_cast<unsigned char>(bytes[at + 1]));
}

/// numeric's external form, spelled out: "weight|+-|scale|groups".
std::string numeric(std::string_view text) {
  const std::string bytes = field([&](CopyBuffer& b) { b.add_numeric(text); });
  std::string out = std::to_string(int16_at(bytes, 2)) + "|" +
                    (int16_at(bytes, 4) == 0 ? "+" : "-") + "|" +
                    std::to_string(int16_at(bytes, 6)) + "|";
  for (std::size_t i = 0; i < static_cast<std::size_t>(int16_at(bytes, 0)); ++i) {
    out += (i == 0 ? "" : ",") + std::to_string(int16_at(bytes, 8 + 2 * i));
  }
  return out;
}

TEST(CopyNumeric, Table) {
  const struct {
    const char *text, *encoded;
  } cases[] = {
      {"0", "0|+|0|"},
      {"-0.00", "0|+|2|"},
      {"1", "0|+|0|1"},
      {"-1.5", "0|-|1|1,5000"},
      {"+10000", "1|+|0|1"},
      {"12345678901234567.8901", "4|+|4|1,2345,6789,123,4567,8901"},
      {"0.0001", "-1|+|4|1"},
      {"0.00001", "-2|+|5|1000"},
      {"00012.340", "0|+|3|12,3400"},
      {".5", "-1|+|1|5000"},
      {"5.", "0|+|0|5"},
      {"1.5e3", "0|+|0|1500"},
      {"1e-2", "-1|+|2|100"},
      {"123e+4", "1|+|0|123"},
      {"0e10", "0|+|0|"},
  };
  for (const auto& c : cases) EXPECT_EQ(numeric(c.text), c.encoded) << c.text;
}

TEST(CopyNumeric, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "1x", "1.2.3", "1e", "1e+-2", "NaN", " 1", "1 ", "0x10"}) {
    EXPECT_THROW(numeric(text), Error) << text;
  }
  for (const char* text : {"1e131072", "1e-16384", "1e999999999", "1e99999999999999"}) {
    EXPECT_THROW(numeric(text), Error) << text;
  }
}

/// The value of the encoding, as digits without a point, read back group by group.
std::string digits_of(std::string_view bytes) {
  std::string digits;
  for (int i = 0; i < int16_at(bytes, 0); ++i) {
    const std::string group = std::to_string(int16_at(bytes, 8 + 2 * static_cast<std::size_t>(i)));
    digits += std::string(4 - group.size(), '0') + group;
  }
  // As many groups as the weight says stand before the point; pad those that are dropped zeros.
  const auto groups = static_cast<std::size_t>(std::max<int>(int16_at(bytes, 2) + 1, 0));
  if (digits.size() < 4 * groups) digits.append(4 * groups - digits.size(), '0');
  digits.erase(0, digits.find_first_not_of('0'));
  return digits;
}

RC_GTEST_PROP(CopyNumeric, IntegersSurvive, (std::uint64_t value)) {
  const std::string text = std::to_string(value);
  const std::string expected = value == 0 ? "" : text;
  RC_ASSERT(digits_of(field([&](CopyBuffer& b) { b.add_numeric(text); })) == expected);
}

TEST(CopyUuid, TakesBothSpellingsAndNothingElse) {
  const auto uuid = [](std::string_view text) {
    return field([&](CopyBuffer& b) { b.add_uuid(text); });
  };
  EXPECT_EQ(uuid("550e8400-e29b-41d4-a716-446655440000"), uuid("550E8400E29B41D4A716446655440000"));
  EXPECT_EQ(uuid("550e8400-e29b-41d4-a716-446655440000").substr(0, 4),
            std::string("\x55\x0e\x84\0", 4));
  for (const char* text : {"", "550e8400", "550e8400-e29b-41d4-a716-44665544000g",
                           "550e8400-e29b-41d4-a716-4466554400000"}) {
    EXPECT_THROW(uuid(text), Error) << text;
  }
}

TEST(CopyTime, CountsFromPostgresEpoch) {
  using namespace std::chrono;
  const auto at = [](TimePoint time) {
    return field([&](CopyBuffer& b) { b.add_timestamptz(time); });
  };
  EXPECT_EQ(at(sys_days(2000y / 1 / 1)), std::string(8, '\0'));
  EXPECT_EQ(at(sys_days(2000y / 1 / 1) - microseconds(1)), std::string(8, '\xff'));
}

TEST(CopyRow, HasTheShapeOfTheDocumentation) {
  CopyBuffer buffer;
  buffer.begin_row(4);
  buffer.add_text("ab");
  buffer.add_null();
  buffer.add_int4(-2);
  buffer.add_jsonb("{}");
  buffer.finish();
  const std::string expected = std::string("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19) +
                               std::string("\0\4", 2) + std::string("\0\0\0\2ab", 6) +
                               "\xff\xff\xff\xff" + std::string("\0\0\0\4\xff\xff\xff\xfe", 8) +
                               std::string("\0\0\0\3\1{}", 7) + "\xff\xff";
  EXPECT_EQ(buffer.bytes(), expected);
}

}  // namespace
}  // namespace varve::database
