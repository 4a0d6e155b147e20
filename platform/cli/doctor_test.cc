#include "platform/cli/doctor.h"

#include <gtest/gtest.h>

namespace varve::cli {
namespace {

using enum Finding::Level;

const std::vector<Finding> kFindings{
    {kOk, "server", "PostgreSQL 15.20", ""},
    {kWarn, "dead letters", "3 wait", "look at ingest.dead_letters"}};

TEST(Doctor, PrintsColumnsAndHints) {
  EXPECT_EQ(table_of(kFindings),
            "OK    server        PostgreSQL 15.20\n"
            "WARN  dead letters  3 wait\n"
            "                    -> look at ingest.dead_letters\n");
}

TEST(Doctor, PrintsJson) {
  EXPECT_EQ(json_of({kFindings[1]}),
            R"({"ok":true,"findings":[{"level":"WARN","check":"dead letters","found":"3 wait",)"
            R"("hint":"look at ingest.dead_letters"}]})"
            "\n");
}

TEST(Doctor, FailsOnFailuresAlone) {
  EXPECT_FALSE(any_failed(kFindings));
  EXPECT_TRUE(any_failed({{kOk, "", "", ""}, {kFail, "", "", ""}}));
  EXPECT_EQ(json_of({{kFail, "a", "b", ""}}).substr(0, 11), R"({"ok":false)");
}

}  // namespace
}  // namespace varve::cli
