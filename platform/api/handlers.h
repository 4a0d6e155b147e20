#pragma once

#include "platform/api/answer.h"
#include "platform/api/http.h"

/// Handlers: pure functions of the request and of what the database says. Each is documented in
/// openapi.json, and its SQL is platform/analytics/<question>.sql.
namespace varve::api {

Response customer_metrics(const Request& request, Database& database);
Response metric_aggregates(const Request& request, Database& database);
Response activity_heatmap(const Request& request, Database& database);

Response revenue_summary(const Request& request, Database& database);
Response revenue_by_region(const Request& request, Database& database);

Response payment_status_breakdown(const Request& request, Database& database);
Response fraud_anomalies(const Request& request, Database& database);
Response fraud_patterns(const Request& request, Database& database);

Response system_metrics(const Request& request, Database& database);
Response system_health(const Request& request, Database& database);

Response engine_hypertables(const Request& request, Database& database);
Response engine_aggregates(const Request& request, Database& database);
Response engine_jobs(const Request& request, Database& database);
Response engine_job_runs(const Request& request, Database& database);
Response engine_advice(const Request& request, Database& database);

// What changes something: see Action in routes.h.
Response run_job(const Request& request, Database& database);
Response pause_job(const Request& request, Database& database);
Response resume_job(const Request& request, Database& database);
Response refresh_aggregate(const Request& request, Database& database);
Response compress_chunk(const Request& request, Database& database);
Response decompress_chunk(const Request& request, Database& database);

}  // namespace varve::api
