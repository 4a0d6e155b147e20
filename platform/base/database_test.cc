#include "platform/base/database.h"

#include <gtest/gtest.h>

namespace varve::database {
namespace {

TEST(Classify, Table) {
  const struct {
    const char* sqlstate;
    ErrorClass expected;
  } cases[] = {
      {"08006", ErrorClass::kConnection},  {"40001", ErrorClass::kTransient},
      {"40P01", ErrorClass::kTransient},   {"53300", ErrorClass::kTransient},
      {"57P01", ErrorClass::kTransient},   {"57P03", ErrorClass::kTransient},
      {"22P02", ErrorClass::kData},        {"23505", ErrorClass::kData},
      {"57014", ErrorClass::kCanceled},    {"42P01", ErrorClass::kEnvironment},
      {"28P01", ErrorClass::kEnvironment}, {"53100", ErrorClass::kEnvironment},
      {"3D000", ErrorClass::kEnvironment}, {"XX000", ErrorClass::kOther},
      {"57000", ErrorClass::kOther},
  };
  for (const auto& c : cases) EXPECT_EQ(classify(c.sqlstate), c.expected) << c.sqlstate;
}

TEST(DatabaseError, WithoutSqlstateIsALostConnection) {
  EXPECT_EQ(Error("", "server closed the connection").error_class(), ErrorClass::kConnection);
}

TEST(Connection, ThrowsWhereNobodyListens) {
  try {
    Connection::open("host=/nonexistent", "test");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::kConnection);
    EXPECT_NE(std::string(error.what()).find("/nonexistent"), std::string::npos) << error.what();
  }
}

TEST(Parameter, TakesTheUsualTypesAsText) {
  EXPECT_EQ(Parameter(nullptr).text(), std::nullopt);
  EXPECT_EQ(Parameter(std::optional<std::string>()).text(), std::nullopt);
  EXPECT_EQ(Parameter("a").text(), "a");
  EXPECT_EQ(Parameter(-5).text(), "-5");
  EXPECT_EQ(Parameter(true).text(), "t");
  EXPECT_EQ(Parameter(0.1).text(), "0.1");
}

TEST(Quote, MakesAnyTextHarmless) {
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_literal("it's \\"), " E'it''s \\\\'");
}

}  // namespace
}  // namespace varve::database
