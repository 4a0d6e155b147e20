#include "platform/api/arguments.h"

#include <gtest/gtest.h>

#include "platform/api/cursor.h"

namespace varve::api {
namespace {

TimePoint at(std::string_view text) { return *parse_rfc3339(text); }

Request request_with(Fields query) {
  Request request;
  request.query = std::move(query);
  request.now = at("2026-11-25T09:30:00Z");
  return request;
}

/// The pointers of the 400 that `read` ends with; empty where it ends well.
template <class Read>
std::vector<std::string> wrong(Fields query, const Read& read) {
  const Request request = request_with(std::move(query));
  Arguments arguments(request);
  read(arguments);
  std::vector<std::string> pointers;
  try {
    arguments.done();
  } catch (const ProblemError& error) {
    EXPECT_EQ(error.problem.status, 400);
    for (const FieldError& e : error.problem.errors) pointers.push_back(e.pointer);
  }
  return pointers;
}

TEST(ArgumentsRange, Table) {
  const struct {
    const char* why;
    Fields query;
    const char *from, *to;
  } cases[] = {
      {"default: whole days and today", {}, "2026-11-19T00:00:00Z", "2026-11-25T09:30:00Z"},
      {"one day is today", {{"days", "1"}}, "2026-11-25", "2026-11-25T09:30:00Z"},
      {"days", {{"days", "3"}}, "2026-11-23", "2026-11-25T09:30:00Z"},
      {"from alone", {{"from", "2026-11-01"}}, "2026-11-01", "2026-11-25T09:30:00Z"},
      {"to alone",
       {{"to", "2026-11-01T12:00:00Z"}},
       "2026-10-25T12:00:00Z",
       "2026-11-01T12:00:00Z"},
      {"both",
       {{"from", "2026-01-01T00:00:00+01:00"}, {"to", "2026-01-02"}},
       "2025-12-31T23:00:00Z",
       "2026-01-02"},
  };
  for (const auto& c : cases) {
    const Request request = request_with(c.query);
    Arguments arguments(request);
    const Range range = arguments.range(7);
    ASSERT_NO_THROW(arguments.done()) << c.why;
    EXPECT_EQ(format_rfc3339(range.from), format_rfc3339(at(c.from))) << c.why;
    EXPECT_EQ(format_rfc3339(range.to), format_rfc3339(at(c.to))) << c.why;
  }
}

TEST(Arguments, EveryMistakeIsNamed) {
  using Pointers = std::vector<std::string>;
  const auto range = [](Arguments& a) { a.range(7); };
  const auto limit = [](Arguments& a) { a.limit(); };
  const auto score = [](Arguments& a) { a.real("minScore", 80, 0, 100); };
  const auto zone = [](Arguments& a) { a.time_zone(); };
  const auto window = [](Arguments& a) { a.duration("window", "1h"); };
  const auto uuid = [](Arguments& a) { a.uuid("customerId"); };

  EXPECT_EQ(wrong({{"from", "yesterday"}}, range), Pointers{"/query/from"});
  EXPECT_EQ(wrong({{"from", "2026-11-02"}, {"to", "2026-11-01"}}, range), Pointers{"/query/from"});
  EXPECT_EQ(wrong({{"from", "2026-11-02"}, {"to", "2026-11-02"}}, range), Pointers{"/query/from"});
  EXPECT_EQ(wrong({{"from", "1990-01-01"}}, range), Pointers{"/query/from"})
      << "more than ten years";
  EXPECT_EQ(wrong({{"days", "0"}}, range), Pointers{"/query/days"});
  EXPECT_EQ(wrong({{"days", "3661"}}, range), Pointers{"/query/days"});
  EXPECT_EQ(wrong({{"days", "1.5"}}, range), Pointers{"/query/days"});
  EXPECT_EQ(wrong({{"days", "3"}, {"to", "2026-11-01"}}, range), Pointers{"/query/days"});

  for (const char* text : {"0", "1001", "", "x", "10x", " 1", "99999999999999999999"}) {
    EXPECT_EQ(wrong({{"limit", text}}, limit), Pointers{"/query/limit"}) << text;
  }
  for (const char* text : {"-1", "100.5", "nan", "inf", "", "1e9"}) {
    EXPECT_EQ(wrong({{"minScore", text}}, score), Pointers{"/query/minScore"}) << text;
  }
  for (const char* text : {"", "Europe/Berlin; DROP TABLE", "a'b"}) {
    EXPECT_EQ(wrong({{"tz", text}}, zone), Pointers{"/query/tz"}) << text;
  }
  for (const char* text : {"", "h", "0h", "1", "1w", "-1h", "32d", "99999999999h"}) {
    EXPECT_EQ(wrong({{"window", text}}, window), Pointers{"/query/window"}) << text;
  }
  for (const char* text :
       {"", "42", "550e8400e29b41d4a716446655440000", "550e8400-e29b-41d4-a716-44665544000g"}) {
    EXPECT_EQ(wrong({{"customerId", text}}, uuid), Pointers{"/query/customerId"}) << text;
  }

  EXPECT_EQ(wrong({{"form", "2026-11-01"}}, range), Pointers{"/query/form"}) << "unknown";
  EXPECT_EQ(wrong({{"limit", "1"}, {"limit", "1"}}, limit),
            (Pointers{"/query/limit", "/query/limit"}));
  EXPECT_EQ(wrong({{"from", "x"}, {"to", "y"}, {"z", ""}}, range),
            (Pointers{"/query/from", "/query/to", "/query/z"}))
      << "all at once";
}

TEST(Arguments, GoodValuesComeThrough) {
  const Request request = request_with({{"limit", "1000"},
                                        {"minScore", "90.5"},
                                        {"window", "90m"},
                                        {"tz", "America/Argentina/Buenos_Aires"},
                                        {"period", "hour"},
                                        {"cursor", encode_cursor("q", {"a", "b"})}});
  Arguments arguments(request);
  EXPECT_EQ(arguments.limit(), 1000);
  EXPECT_EQ(arguments.real("minScore", 80, 0, 100), 90.5);
  EXPECT_EQ(arguments.duration("window", "1h"), std::chrono::minutes(90));
  EXPECT_EQ(arguments.time_zone(), "America/Argentina/Buenos_Aires");
  EXPECT_EQ(arguments.choice("period", {"day", "hour"}, "day"), "hour");
  EXPECT_EQ(arguments.text("metric", 10), std::nullopt);
  EXPECT_EQ(arguments.cursor("q", 2), (std::vector<std::optional<std::string>>{"a", "b"}));
  EXPECT_NO_THROW(arguments.done());
}

TEST(Arguments, ACursorOfAnotherQuestionIsWrong) {
  const auto read = [](Arguments& a) { a.cursor("q", 2); };
  EXPECT_EQ(wrong({{"cursor", encode_cursor("other", {"a", "b"})}}, read),
            std::vector<std::string>{"/query/cursor"});
}

}  // namespace
}  // namespace varve::api
