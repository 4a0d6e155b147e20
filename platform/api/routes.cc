#include "platform/api/routes.h"

#include <array>

#include "platform/api/handlers.h"
#include "platform/api/pages.h"
#include "platform/api/query_string.h"

namespace varve::api {
namespace {

constexpr std::array kRoutes = {
    Route{"/v1/customers/{id}/metrics", customer_metrics},
    Route{"/v1/metrics/{name}/aggregates", metric_aggregates},
    Route{"/v1/activity/heatmap", activity_heatmap},
    Route{"/v1/revenue/summary", revenue_summary},
    Route{"/v1/revenue/by-region", revenue_by_region},
    Route{"/v1/payments/status-breakdown", payment_status_breakdown},
    Route{"/v1/fraud/anomalies", fraud_anomalies},
    Route{"/v1/fraud/patterns", fraud_patterns},
    Route{"/v1/system/health", system_health},
    Route{"/v1/system/{service}/metrics", system_metrics},
    Route{"/v1/admin/hypertables", engine_hypertables},
    Route{"/v1/admin/caggs", engine_aggregates},
    Route{"/v1/admin/jobs", engine_jobs},
    Route{"/v1/admin/jobs/{id}/runs", engine_job_runs},
    Route{"/v1/admin/advice", engine_advice},
    Route{"/v1/admin/jobs/{id}/run", Action{run_job}},
    Route{"/v1/admin/jobs/{id}/pause", Action{pause_job}},
    Route{"/v1/admin/jobs/{id}/resume", Action{resume_job}},
    Route{"/v1/admin/caggs/{schema}/{name}/refresh", Action{refresh_aggregate}},
    Route{"/v1/admin/chunks/{schema}/{name}/compress", Action{compress_chunk}},
    Route{"/v1/admin/chunks/{schema}/{name}/decompress", Action{decompress_chunk}},
    Route{"/v1/stream", Special::kStream},
    Route{"/healthz", liveness},
    Route{"/readyz", readiness},
    Route{"/metrics", Special::kMetrics},
    Route{"/openapi.json", openapi},
    Route{"/docs", docs_page},
    Route{"/docs/script.js", docs_script},
};

/// Takes "/segment" off the front of `path`.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool matches(std::string_view pattern, std::string_view path, Fields& variables) {
  variables.clear();
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = take_segment(pattern);
    const auto segment = percent_decode(take_segment(path), false);
    if (!segment) return false;
    if (expected.starts_with('{')) {
      if (segment->empty()) return false;
      variables.emplace_back(expected.substr(1, expected.size() - 2), *segment);
    } else if (*segment != expected) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

const Route* match(std::string_view path, Fields& variables) {
  if (!path.starts_with('/')) return nullptr;
  for (const Route& route : kRoutes) {
    if (matches(route.path, path, variables)) return &route;
  }
  variables.clear();
  return nullptr;
}

}  // namespace varve::api
