#include "platform/ingest/row_buffer.h"

#include <gtest/gtest.h>
#include <string>

namespace varve::ingest {
namespace {

using namespace std::string_literals;

TEST(RowBuffer, WritesEachTypeAsTheServerReadsIt) {
  const struct {
    const char* why;
    void (*write)(RowBuffer&);
    std::string bytes;
  } cases[] = {
      {"null", [](RowBuffer& r) { r.null(); }, "\xff\xff\xff\xff"s},
      {"int4", [](RowBuffer& r) { r.integer(-2); }, "\0\0\0\4\xff\xff\xff\xfe"s},
      {"int8", [](RowBuffer& r) { r.bigint(258); }, "\0\0\0\10\0\0\0\0\0\0\1\2"s},
      {"float8", [](RowBuffer& r) { r.float8(1.0); }, "\0\0\0\10\x3f\xf0\0\0\0\0\0\0"s},
      {"text", [](RowBuffer& r) { r.bytes("ab"); }, "\0\0\0\2ab"s},
      {"no text", [](RowBuffer& r) { r.bytes(""); }, "\0\0\0\0"s},
      {"jsonb", [](RowBuffer& r) { r.jsonb("{}"); }, "\0\0\0\3\1{}"s},
      {"the epoch of PostgreSQL",
       [](RowBuffer& r) { r.timestamptz(*parse_date_time("2000-01-01T00:00:00.000001Z")); },
       "\0\0\0\10\0\0\0\0\0\0\0\1"s},
      {"numeric", [](RowBuffer& r) { r.numeric(*parse_numeric("-12345.60")); },
       "\0\0\0\16\0\3\0\1\x40\0\0\2\0\1\x09\x29\x17\x70"s},
      {"zero", [](RowBuffer& r) { r.numeric(*parse_numeric("0.0")); },
       "\0\0\0\10\0\0\0\0\0\0\0\1"s},
      {"uuid", [](RowBuffer& r) { r.uuid(*parse_uuid("00010203-0405-0607-0809-0a0b0c0d0e0f")); },
       "\0\0\0\20\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17"s},
  };
  for (const auto& c : cases) {
    RowBuffer rows;
    c.write(rows);
    rows.end(0);
    EXPECT_EQ(rows.range(0, 1), c.bytes) << c.why;
  }
}

TEST(RowBuffer, GivesAnyRangeOfRows) {
  RowBuffer rows;
  EXPECT_EQ(rows.range(0, 0), "");
  for (std::uint32_t i = 0; i < 3; ++i) {
    rows.begin(1);
    rows.bytes(std::string(i, 'x'));
    rows.end(10 * i);
  }
  EXPECT_EQ(rows.rows(), 3U);
  EXPECT_EQ(rows.range(0, 3), "\0\1\0\0\0\0\0\1\0\0\0\1x\0\1\0\0\0\2xx"s);
  EXPECT_EQ(rows.range(1, 2), "\0\1\0\0\0\1x"s);
  EXPECT_EQ(rows.message(2), 20U);
  rows.clear();
  EXPECT_EQ(rows.rows(), 0U);
  EXPECT_EQ(rows.size_bytes(), 0U);
}

TEST(RowBuffer, Grows) {
  RowBuffer rows;
  const std::string megabyte(1 << 20, 'x');
  for (std::uint32_t i = 0; i < 5; ++i) {
    rows.bytes(megabyte);
    rows.end(i);
  }
  EXPECT_EQ(rows.range(4, 5).substr(4), megabyte);
  EXPECT_EQ(rows.range(0, 1).substr(4), megabyte);
}

}  // namespace
}  // namespace varve::ingest
