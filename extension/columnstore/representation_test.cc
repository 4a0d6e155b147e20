#include "extension/columnstore/representation.h"

#include <gtest/gtest.h>

namespace varve::columnstore {
namespace {

TEST(Representation, Table) {
  const struct {
    const char* type;
    TypeFacts facts;
    Form form;
    Order order;
    bool is_unsigned;
  } cases[] = {
      {"int2", {21, 2, true}, Form::kInteger, Order::kInteger, false},
      {"\"char\" compares as unsigned", {18, 1, true}, Form::kInteger, Order::kInteger, true},
      {"oid compares as unsigned", {26, 4, true}, Form::kInteger, Order::kInteger, true},
      {"timestamptz", {1184, 8, true}, Form::kInteger, Order::kInteger, false},
      {"bool", {16, 1, true}, Form::kBoolean, Order::kInteger, false},
      {"float4", {700, 4, true}, Form::kFloat4, Order::kDouble, false},
      {"numeric", {1700, -1, false}, Form::kNumeric, Order::kNone, false},
      {"text", {25, -1, false}, Form::kVarlena, Order::kBytes, false},
      {"bpchar ignores blanks", {1042, -1, false}, Form::kVarlena, Order::kNone, false},
      {"jsonb", {3802, -1, false}, Form::kVarlena, Order::kNone, false},
      {"interval", {1186, 16, false}, Form::kInterval, Order::kNone, false},
      {"point", {600, 16, false}, Form::kFixed, Order::kNone, false},
      {"an enum orders by pg_enum", {90000, 4, true}, Form::kInteger, Order::kNone, false},
      {"an extension's varlena", {90001, -1, false}, Form::kVarlena, Order::kNone, false},
      {"an extension's cstring", {90002, -2, false}, Form::kCstring, Order::kNone, false},
      {"an extension's 24 bytes", {90003, 24, false}, Form::kFixed, Order::kNone, false},
  };
  for (const auto& c : cases) {
    const Representation expected{c.form, c.order, c.is_unsigned, c.facts.length};
    EXPECT_EQ(representation_of(c.facts), expected) << c.type;
  }
}

TEST(RangeOf, HasTypesThatZonesHaveNot) {
  const auto range = [](std::uint32_t oid, std::int16_t length, bool by_value) {
    return range_of(representation_of({oid, length, by_value}));
  };
  EXPECT_EQ(range(20, 8, true), Range::kInteger);
  EXPECT_EQ(range(701, 8, true), Range::kDouble);
  EXPECT_EQ(range(25, -1, false), Range::kBytes);
  EXPECT_EQ(range(2950, 16, false), Range::kBytes);
  EXPECT_EQ(range(1700, -1, false), Range::kApproximate);
  EXPECT_EQ(range(1186, 16, false), Range::kApproximate);
  EXPECT_EQ(range(1266, 12, false), Range::kNone);
  EXPECT_EQ(range(3802, -1, false), Range::kNone);
}

}  // namespace
}  // namespace varve::columnstore
