#include "platform/api/dispatch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace varve::api {
namespace {

using ::testing::HasSubstr;

TEST(ProblemOf, Table) {
  const struct {
    const char *why, *sqlstate;
    int status;
    bool retry;
  } cases[] = {
      {"no connection", "", 503, true},           {"connection failure", "08006", 503, true},
      {"too many", "53300", 503, true},           {"shutting down", "57P01", 503, true},
      {"starting up", "57P03", 503, true},        {"statement_timeout", "57014", 504, false},
      {"not set up", "42P01", 503, true},         {"no function", "42883", 503, true},
      {"disk full", "53100", 503, true},          {"no right", "42501", 403, false},
      {"no such time zone", "22023", 400, false}, {"bad time", "22007", 400, false},
      {"time out of range", "22008", 400, false}, {"division", "22012", 500, false},
      {"internal", "XX000", 500, false},
  };
  for (const auto& c : cases) {
    const Problem problem = problem_of(database::Error(c.sqlstate, "message"));
    EXPECT_EQ(problem.status, c.status) << c.why;
    EXPECT_EQ(find(problem.headers, "Retry-After").has_value(), c.retry) << c.why;
  }
}

class NoDatabase : public Database {
 public:
  Row row(std::string_view, const database::Parameters&) override {
    throw database::Error("", "gone");
  }
  void act(std::string_view, const database::Parameters&) override {
    throw database::Error("", "gone");
  }
};

TEST(ProblemOfAction, Table) {
  const struct {
    const char *why, *sqlstate;
    int status;
  } cases[] = {
      {"no connection", "", 503},
      {"connection failure", "08006", 503},
      {"another's", "42501", 403},
      {"no such chunk", "42P01", 404},
      {"no such schema", "3F000", 404},
      {"no such job", "42704", 404},
      {"not an aggregate", "42809", 404},
      {"window too small", "22023", 400},
      {"columnstore not enabled", "55000", 409},
      {"locked", "55P03", 409},
      {"cancelled", "57014", 409},
      {"not supported", "0A000", 409},
      {"TimescaleDB's own", "TS001", 409},
  };
  for (const auto& c : cases) {
    const Problem problem = problem_of_action(database::Error(c.sqlstate, "its words"));
    EXPECT_EQ(problem.status, c.status) << c.why;
    if (c.status != 503) {
      EXPECT_EQ(problem.detail, "its words") << c.why;
    }
  }
}

TEST(MayAct, Table) {
  const struct {
    const char* why;
    Sender sender;
    bool allowed;
  } cases[] = {
      {"our page", {"localhost:8080", "http://localhost:8080", "1"}, true},
      {"no browser", {"127.0.0.1:8080", "", "1"}, true},
      {"a form of any page", {"localhost:8080", "http://localhost:8080", ""}, false},
      {"nothing at all", {"localhost:8080", "", ""}, false},
      {"another site", {"localhost:8080", "https://example.org", "1"}, false},
      {"another service of this machine", {"localhost:8080", "http://localhost:3000", "1"}, false},
      {"a name that begins like ours", {"localhost", "http://localhost.example.org", "1"}, false},
      {"a page from a file", {"localhost:8080", "null", "1"}, false},
  };
  for (const auto& c : cases) EXPECT_EQ(may_act(c.sender), c.allowed) << c.why;
}

TEST(AnswerQuestion, EveryExceptionIsAProblem) {
  NoDatabase none;
  Request request;
  request.path = "/v1/x";
  request.id = "r1";
  const auto ask = [&](Question question) { return answer_question(question, request, none); };
  const auto away = ask([](const Request&, Database& d) -> Response {
    return {200, "", *d.row("", {})[0]};
  });
  EXPECT_EQ(away.status, 503);
  EXPECT_EQ(away.content_type, "application/problem+json");
  EXPECT_EQ(
      away.body,
      R"({"type":"urn:varve:problem:unavailable","title":"Not available for now","status":503,)"
      R"("detail":"the database is not reachable","instance":"/v1/x","requestId":"r1"})");
  const auto wrong = ask([](const Request&, Database&) -> Response {
    throw ProblemError({400, "limit is \"bad\"", {{"/query/limit", "is \"bad\""}}});
  });
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body,
              HasSubstr(R"("errors":[{"pointer":"/query/limit","message":"is \"bad\""}])"));
  const auto bug =
      ask([](const Request&, Database&) -> Response { throw std::runtime_error("secret"); });
  EXPECT_EQ(bug.status, 500);
  EXPECT_EQ(bug.body.find("secret"), std::string::npos);
}

TEST(LocalHost, Table) {
  for (const char* host : {"localhost", "localhost:8080", "127.0.0.1", "127.0.0.1:80", "127.1.2.3",
                           "[::1]:8080", "app.localhost"}) {
    EXPECT_TRUE(is_local_host(host)) << host;
  }
  for (const char* host : {"", "example.org", "127.example.org", "127.0.0.1.example.org",
                           "localhost.example.org", "[::2]", "10.0.0.1", "evil-localhost"}) {
    EXPECT_FALSE(is_local_host(host)) << host;
  }
}

}  // namespace
}  // namespace varve::api
