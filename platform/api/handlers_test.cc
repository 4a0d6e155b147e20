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
  void act(std::string_view sql, const database::Parameters& parameters) override {
    row(sql, parameters);
    ++acts;
  }
  Row asked;
  int acts = 0;

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

TEST(Actions, AJobRunsUnlessItRunsAlreadyOrIsPaused) {
  const struct {
    std::optional<std::string> state;
    int status;  // 200: it was told to run
  } cases[] = {{"scheduled", 200}, {"retrying", 200}, {"waiting", 200},   {"running", 409},
               {"paused", 409},    {"gave up", 409},  {std::nullopt, 404}};
  for (const auto& c : cases) {
    FakeDatabase database({c.state});
    int status = 200;
    try {
      status = run_job(request_for({{"id", "1000"}}), database).status;
    } catch (const ProblemError& error) {
      status = error.problem.status;
    }
    EXPECT_EQ(status, c.status) << c.state.value_or("none");
    EXPECT_EQ(database.acts, c.status == 200 ? 1 : 0) << c.state.value_or("none");
  }
}

TEST(Actions, ARefreshHasBoundsOrNone) {
  FakeDatabase database({"x"});
  const Fields path = {{"schema", "public"}, {"name", "daily"}};
  EXPECT_EQ(refresh_aggregate(request_for(path), database).status, 200);
  EXPECT_EQ(database.asked, (Database::Row{"public", "daily", std::nullopt, std::nullopt, "f"}));
  refresh_aggregate(request_for(path, {{"from", "2026-11-01"}, {"force", "true"}}), database);
  EXPECT_EQ(database.asked,
            (Database::Row{"public", "daily", "2026-11-01T00:00:00Z", std::nullopt, "t"}));
  for (const Fields& wrong : {Fields{{"from", "2026-11-02"}, {"to", "2026-11-01"}},
                              Fields{{"from", "soon"}}, Fields{{"limit", "1"}}}) {
    EXPECT_THROW(refresh_aggregate(request_for(path, wrong), database), ProblemError);
  }
  EXPECT_EQ(database.acts, 2);
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
  FakeDatabase database({"{}", "cagg"});
  revenue_summary(request_for({}, {{"days", "7"}}), database);
  EXPECT_EQ(database.asked,
            (Database::Row{"2026-11-19T00:00:00Z", "2026-11-25T09:30:00Z", "2026-11-19T00:00:00Z",
                           "2026-11-25T00:00:00Z", "2026-11-12T00:00:00Z", "2026-11-18T09:30:00Z",
                           "2026-11-12T00:00:00Z", "2026-11-18T00:00:00Z"}));
  revenue_summary(request_for({}, {{"from", "2026-11-01"}, {"to", "2026-11-03"}}), database);
  EXPECT_EQ(database.asked,
            (Database::Row{"2026-11-01T00:00:00Z", "2026-11-03T00:00:00Z", "2026-11-01T00:00:00Z",
                           "2026-11-03T00:00:00Z", "2026-10-30T00:00:00Z", "2026-11-01T00:00:00Z",
                           "2026-10-30T00:00:00Z", "2026-11-01T00:00:00Z"}));
}

TEST(RevenueSummary, SaysWhatWasRead) {
  for (const char* source : {"raw", "cagg"}) {
    FakeDatabase database({"{}", source});
    EXPECT_THAT(revenue_summary(request_for({}), database).body,
                HasSubstr(std::string(R"("source":")") + source));
    EXPECT_THAT(payment_status_breakdown(request_for({}), database).body,
                HasSubstr(std::string(R"("source":")") + source));
  }
}

TEST(WholeDays, AreThoseWithinARange) {
  const struct {
    const char *from, *to, *first, *last;
  } cases[] = {
      {"2026-11-01", "2026-11-03", "2026-11-01T00:00:00Z", "2026-11-03T00:00:00Z"},
      {"2026-11-01T00:00:01Z", "2026-11-03T23:00:00Z", "2026-11-02T00:00:00Z",
       "2026-11-03T00:00:00Z"},
      {"2026-11-01T10:00:00Z", "2026-11-02T09:00:00Z", "2026-11-02T09:00:00Z",
       "2026-11-02T09:00:00Z"},
      {"2026-11-01", "2026-11-01T09:00:00Z", "2026-11-01T09:00:00Z", "2026-11-01T09:00:00Z"},
      {"1969-12-30T12:00:00Z", "1970-01-01", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"},
  };
  for (const auto& c : cases) {
    const Range days = whole_days({*parse_rfc3339(c.from), *parse_rfc3339(c.to)});
    EXPECT_EQ(sql_time(days.from), c.first) << c.from;
    EXPECT_EQ(sql_time(days.to), c.last) << c.from;
  }
}

TEST(EngineJobRuns, NeedTheNumberOfAJobThatExists) {
  FakeDatabase known({"[]", "t"});
  EXPECT_EQ(engine_job_runs(request_for({{"id", "1000"}}), known).status, 200);
  EXPECT_EQ(known.asked, (Database::Row{"1000", "100"}));
  for (const char* id : {"x", "-1", "2147483648", ""}) {
    EXPECT_THROW(engine_job_runs(request_for({{"id", id}}), known), ProblemError) << id;
  }
  FakeDatabase unknown({"[]", "f"});
  try {
    engine_job_runs(request_for({{"id", "7"}}), unknown);
    FAIL() << "no problem";
  } catch (const ProblemError& error) {
    EXPECT_EQ(error.problem.status, 404);
  }
}

TEST(Engine, TakesNoParameters) {
  FakeDatabase database({"[]"});
  for (const auto handler : {engine_hypertables, engine_aggregates, engine_jobs, engine_advice}) {
    EXPECT_EQ(handler(request_for({}), database).status, 200);
    EXPECT_THROW(handler(request_for({}, {{"days", "7"}}), database), ProblemError);
  }
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
