#include "platform/api/routes.h"

#include <gtest/gtest.h>

#include "embedded/api_pages.h"

namespace varve::api {
namespace {

TEST(Match, Table) {
  const struct {
    const char *path, *route;  // nullptr: none
    Fields variables;
  } cases[] = {
      {"/v1/customers/42/metrics", "/v1/customers/{id}/metrics", {{"id", "42"}}},
      {"/v1/metrics/a%2Fb/aggregates", "/v1/metrics/{name}/aggregates", {{"name", "a/b"}}},
      {"/v1/system/health", "/v1/system/health", {}},
      {"/v1/system/health/metrics", "/v1/system/{service}/metrics", {{"service", "health"}}},
      {"/v1/%73ystem/health", "/v1/system/health", {}},
      {"/healthz", "/healthz", {}},
      {"/healthz/", nullptr, {}},
      {"/v1/customers//metrics", nullptr, {}},
      {"/v1/customers/42", nullptr, {}},
      {"/v1/customers/42/metrics/more", nullptr, {}},
      {"/V1/system/health", nullptr, {}},
      {"/", nullptr, {}},
      {"", nullptr, {}},
  };
  for (const auto& c : cases) {
    Fields variables;
    const Route* route = match(c.path, variables);
    ASSERT_EQ(route != nullptr, c.route != nullptr) << c.path;
    if (route != nullptr) {
      EXPECT_EQ(route->path, c.route) << c.path;
    }
    EXPECT_EQ(variables, c.variables) << c.path;
  }
}

TEST(Routes, EachIsInTheDescriptionAndTheOtherWayRound) {
  std::size_t described = 0;
  for (std::size_t at = 0;
       (at = embedded::api_pages::openapi.find("\n    \"/", at)) != std::string_view::npos; ++at) {
    ++described;
  }
  EXPECT_EQ(described, routes().size());
  for (const Route& route : routes()) {
    const std::string key = "\n    \"" + std::string(route.path) + "\": {";
    EXPECT_NE(embedded::api_pages::openapi.find(key), std::string_view::npos) << route.path;
  }
}

}  // namespace
}  // namespace varve::api
