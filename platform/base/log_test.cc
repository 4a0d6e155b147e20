#include "platform/base/log.h"

#include <gtest/gtest.h>

namespace varve::log {
namespace {

TEST(LogLine, CarriesItsFieldsInBothFormats) {
  const std::string topic = "a \"b\"";
  const Fields fields = {{"topic", topic}, {"rows", 3}, {"seconds", 0.5}, {"late", true}};
  EXPECT_EQ(
      line(Format::kJson, "T", Level::kInfo, "committed", fields),
      R"({"time":"T","level":"info","message":"committed","topic":"a \"b\"","rows":3,"seconds":0.5,"late":true})");
  EXPECT_EQ(line(Format::kText, "T", Level::kWarn, "committed", fields),
            R"(T warn  committed topic="a \"b\"" rows=3 seconds=0.5 late=true)");
}

TEST(LogLine, ALineBreakInAMessageStaysInTheLine) {
  EXPECT_EQ(line(Format::kJson, "T", Level::kError, "a\nb", {}),
            R"({"time":"T","level":"error","message":"a\nb"})");
}

}  // namespace
}  // namespace varve::log
