#include "platform/api/handlers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/api/cursor.h"

namespace varve::api {
namespace {

using ::testing::HasSubstr;

/// Answers every question with the same row, and remembers what was asked.
class FakeDatabase : public Database {
 public:
  explicit FakeDatabase(Row answer) : answer_(std::move(answer)) {}
  Row row(std::string_view, const database::Parameters& parameters) override {
    asked.clear();
    for (const auto& p : parameters) asked.push_back(p.text());
    return answer_;
  }
  Row asked;

 private:
  Row answer_;
};

constexpr const char* kCustomer = "550e8400-e29b-41d4-a716-446655440000";

Request request_for(Fields path_variables, Fields query = {}) {
  Request request;
  request.path_variables = std::move(path_variables);
  request.query = std::move(query);
  request.now = *parse_rfc3339("2026-11-25T09:30:00Z");
  request.started = std::chrono::steady_clock::now();
  return request;
}

/// The value of page.next in a body; "" for null.
std::string next_of(const std::string& body) {
  const std::string key = R"("next":")";
  const auto begin = body.find(key);
  if (begin == std::string::npos) return "";
  return body.substr(begin + key.size(), body.find('"', begin + key.size()) - begin - key.size());
}

TEST(CustomerMetrics, TheNextPageBeginsBehindTheLastRow) {
  FakeDatabase database({"[1]", "2026-11-24T00:00:00.000001Z", "id"});
  const auto first = customer_metrics(request_for({{"id", kCustomer}}, {{"limit", "1"}}), database);
  EXPECT_THAT(first.body, HasSubstr(R"("data":[1])"));
  EXPECT_EQ(database.asked,
            (Database::Row{kCustomer, "2026-11-19T00:00:00Z", "2026-11-25T09:30:00Z", std::nullopt,
                           "1", std::nullopt, std::nullopt}));
  customer_metrics(
      request_for({{"id", kCustomer}}, {{"limit", "1"}, {"cursor", next_of(first.body)}}),
      database);
  EXPECT_EQ(database.asked[5], "2026-11-24T00:00:00.000001Z");
  EXPECT_EQ(database.asked[6], "id");
}

TEST(CustomerMetrics, TheLastPageSaysSo) {
  FakeDatabase database({"[]", std::nullopt, std::nullopt});
  const auto response = customer_metrics(request_for({{"id", kCustomer}}), database);
  EXPECT_THAT(response.body, HasSubstr(R"("page":{"next":null})"));
}

TEST(CustomerMetrics, ACursorDoesNotFitAnotherCustomer) {
  FakeDatabase database({"[1]", "2026-11-24T00:00:00Z", "id"});
  const auto first = customer_metrics(request_for({{"id", kCustomer}}), database);
  EXPECT_THROW(customer_metrics(request_for({{"id", "00000000-0000-0000-0000-000000000000"}},
                                            {{"cursor", next_of(first.body)}}),
                                database),
               ProblemError);
}

TEST(MetricAggregates, TooManyBucketsAreRefusedBeforeTheDatabaseIsAsked) {
  FakeDatabase database({"[]"});
  EXPECT_THROW(
      metric_aggregates(request_for({{"name", "login"}}, {{"period", "minute"}, {"days", "30"}}),
                        database),
      ProblemError);
  EXPECT_TRUE(database.asked.empty());
  EXPECT_NO_THROW(metric_aggregates(
      request_for({{"name", "login"}}, {{"period", "hour"}, {"days", "30"}}), database));
  EXPECT_EQ(database.asked[1], "1 hour");
}

TEST(RevenueSummary, ComparesPartOfADayWithTheSamePart) {
  FakeDatabase database({"{}"});
  revenue_summary(request_for({}, {{"days", "7"}}), database);
  EXPECT_EQ(database.asked, (Database::Row{"2026-11-19T00:00:00Z", "2026-11-25T09:30:00Z",
                                           "2026-11-12T00:00:00Z", "2026-11-18T09:30:00Z"}));
  revenue_summary(request_for({}, {{"from", "2026-11-01"}, {"to", "2026-11-03"}}), database);
  EXPECT_EQ(database.asked, (Database::Row{"2026-11-01T00:00:00Z", "2026-11-03T00:00:00Z",
                                           "2026-10-30T00:00:00Z", "2026-11-01T00:00:00Z"}));
}

TEST(SystemMetrics, AServiceThatNeverMeasuredAnythingIsNotFound) {
  for (const Fields& query : {Fields{}, Fields{{"period", "hour"}}}) {
    FakeDatabase unknown(query.empty() ? Database::Row{"[]", std::nullopt, std::nullopt, "f"}
                                       : Database::Row{"[]", "f"});
    try {
      system_metrics(request_for({{"service", "billing"}}, query), unknown);
      FAIL() << "no problem";
    } catch (const ProblemError& error) {
      EXPECT_EQ(error.problem.status, 404);
      EXPECT_THAT(error.problem.detail, HasSubstr("billing"));
    }
  }
  FakeDatabase known({"[]", std::nullopt, std::nullopt, "t"});
  EXPECT_EQ(system_metrics(request_for({{"service", "billing"}}), known).status, 200);
}

TEST(SystemHealth, JudgesTheWindow) {
  FakeDatabase database({"{}"});
  system_health(request_for({}, {{"window", "90m"}}), database);
  EXPECT_EQ(database.asked, (Database::Row{"2026-11-25T08:00:00Z", "2026-11-25T09:30:00Z"}));
}

TEST(Envelope, SaysWhatRangeItIsAbout) {
  const Request request = request_for({});
  const Range range{*parse_rfc3339("2026-11-01"), *parse_rfc3339("2026-11-02")};
  const auto response = envelope(request, range, "[]");
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_THAT(response.body,
              HasSubstr(R"({"data":[],"meta":{"from":"2026-11-01T00:00:00Z",)"
                        R"("to":"2026-11-02T00:00:00Z","asOf":"2026-11-25T09:30:00Z",)"
                        R"("source":"raw","tookMs":)"));
}

}  // namespace
}  // namespace varve::api
