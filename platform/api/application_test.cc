#include "platform/api/application.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace varve::api {
namespace {

using ::testing::HasSubstr;

/// An application whose database does not exist, and a dashboard of two files.
class ApplicationTest : public ::testing::Test {
 protected:
  ApplicationTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "varve-web-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    std::filesystem::create_directories(root_ / "web/assets");
    write("web/index.html", "<p>");
    write("web/assets/a-1.js", "1");
    write("web/.hidden", "secret");
    write("secret.txt", "secret");
    application_.emplace((root_ / "web").string(), 1, pool_, metrics_);
  }
  ~ApplicationTest() override { std::filesystem::remove_all(root_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(root_ / name) << text;
  }

  Response ask(std::string_view target, std::string_view method = "GET",
               std::string_view host = "localhost", std::string_view id = "r-1") {
    std::promise<Response> promise;
    auto request = application_->request_of({method, target, id});
    if (!request) return application_->refuse(400, "target");
    Sender sender = sender_;
    sender.host = host;
    application_->answer(std::move(*request), sender,
                         [&](Response r) { promise.set_value(std::move(r)); });
    return promise.get_future().get();
  }

  Sender sender_ = {};

  std::filesystem::path root_;
  Metrics metrics_;
  ConnectionPool pool_{{"host=/nonexistent", 2, std::chrono::milliseconds(100)}, metrics_};
  std::optional<Application> application_;
};

TEST_F(ApplicationTest, UnknownPathsAndWrongMethodsAreProblems) {
  EXPECT_EQ(ask("/v1/nothing").status, 404);
  EXPECT_EQ(ask("/v1/nothing", "POST").status, 404);
  const auto wrong = ask("/v1/system/health", "POST");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(find(wrong.headers, "Allow"), "GET, HEAD");
  EXPECT_THAT(wrong.body, HasSubstr("urn:varve:problem:method-not-allowed"));
  EXPECT_EQ(ask("/%").status, 400);
}

TEST_F(ApplicationTest, ActionsAreForPagesOfThisServiceThatMeanIt) {
  const char* path = "/v1/admin/jobs/1000/pause";
  const auto wrong = ask(path, "GET");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(find(wrong.headers, "Allow"), "POST");
  EXPECT_EQ(ask(path, "POST").status, 403);
  sender_.action = "1";
  EXPECT_EQ(ask(path, "POST").status, 503) << "it got as far as the database, which is away";
  EXPECT_EQ(ask(path, "POST", "rebound.example.org").status, 421);
  sender_.origin = "http://example.org";
  EXPECT_EQ(ask(path, "POST").status, 403);
  Application without((root_ / "web").string(), 0, pool_, metrics_);
  without.answer(*without.request_of({"POST", path, ""}), {"localhost", "", "1"},
                 [](const Response& response) { EXPECT_EQ(response.status, 403); });
}

TEST_F(ApplicationTest, AnotherHostsNameIsRefused) {
  EXPECT_EQ(ask("/healthz", "GET", "rebound.example.org").status, 421);
  EXPECT_EQ(ask("/healthz", "GET", "127.0.0.1:8080").status, 200);
}

TEST_F(ApplicationTest, WithoutADatabaseOnlyWhatNeedsItIsUnavailable) {
  EXPECT_EQ(ask("/healthz").status, 200);
  const auto ready = ask("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_TRUE(find(ready.headers, "Retry-After"));
  EXPECT_EQ(ask("/v1/revenue/summary").status, 503);
  EXPECT_EQ(ask("/v1/revenue/summary?days=x").status, 400) << "parameters come first";
}

TEST_F(ApplicationTest, EveryResponseCarriesTheRequestsId) {
  EXPECT_EQ(find(ask("/healthz").headers, "X-Request-Id"), "r-1");
  EXPECT_NE(find(ask("/healthz", "GET", "localhost", "no good\nid").headers, "X-Request-Id"),
            "no good\nid");
  EXPECT_NE(find(ask("/healthz", "GET", "localhost", "").headers, "X-Request-Id"), "");
}

TEST_F(ApplicationTest, TheDashboardIsServedAndNothingBesideIt) {
  const auto index = ask("/");
  EXPECT_EQ(index.body, "<p>");
  EXPECT_THAT(std::string(*find(index.headers, "Content-Security-Policy")),
              HasSubstr("default-src 'self'"));
  EXPECT_EQ(ask("/assets/a-1.js").content_type, "text/javascript; charset=utf-8");
  for (const char* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt",
                           "/assets/..%2f../secret.txt", "/.hidden", "//secret.txt", "/assets",
                           "/assets/", "/..\\secret.txt"}) {
    EXPECT_EQ(ask(path).status, 404) << path;
  }
}

TEST_F(ApplicationTest, RequestsAreCountedByRouteNotByPath) {
  ask("/v1/customers/550e8400-e29b-41d4-a716-446655440000/metrics");
  ask("/one");
  ask("/two", "BREW");
  const std::string text = ask("/metrics").body;
  EXPECT_THAT(
      text,
      HasSubstr(
          R"(varve_http_requests_total{code="503",method="GET",route="/v1/customers/{id}/metrics"} 1)"));
  EXPECT_THAT(text,
              HasSubstr(R"(varve_http_requests_total{code="404",method="GET",route="other"} 1)"));
  EXPECT_THAT(text,
              HasSubstr(R"(varve_http_requests_total{code="404",method="other",route="other"} 1)"));
  EXPECT_EQ(text.find("550e8400"), std::string::npos);
}

TEST(ConnectionPool, WhatWaitsAtTheEndIsStillAnswered) {
  Metrics metrics;
  std::atomic<int> answered = 0;
  {
    ConnectionPool pool({"host=/nonexistent", 1, std::chrono::milliseconds(100)}, metrics);
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(pool.submit([&](Database& database) {
        EXPECT_THROW(database.row("SELECT 1", {}), database::Error);
        ++answered;
      }));
    }
  }
  EXPECT_EQ(answered, 50);
}

TEST(ConnectionPool, RefusesMoreThanItWillManage) {
  Metrics metrics;
  std::promise<void> release;
  const auto released = release.get_future().share();
  ConnectionPool pool({"host=/nonexistent", 1, std::chrono::milliseconds(100)}, metrics);
  int accepted = 0;
  while (accepted < 1000 && pool.submit([released](Database&) { released.wait(); })) ++accepted;
  EXPECT_GE(accepted, 64);
  EXPECT_LT(accepted, 1000);
  release.set_value();
}

}  // namespace
}  // namespace varve::api
