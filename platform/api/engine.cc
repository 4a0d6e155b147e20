#include "platform/api/handlers.h"

#include "embedded/analytics.h"

namespace varve::api {
namespace {

/// An answer about the present, without parameters.
Response present(const Request& request, Database& database, std::string_view question) {
  Arguments arguments(request);
  arguments.done();
  const auto row = database.row(question, {});
  return envelope(request, {request.now, request.now}, *row[0]);
}

}  // namespace

Response engine_hypertables(const Request& request, Database& database) {
  return present(request, database, embedded::analytics::engine_hypertables);
}

Response engine_aggregates(const Request& request, Database& database) {
  return present(request, database, embedded::analytics::engine_aggregates);
}

Response engine_jobs(const Request& request, Database& database) {
  return present(request, database, embedded::analytics::engine_jobs);
}

Response engine_advice(const Request& request, Database& database) {
  return present(request, database, embedded::analytics::engine_advice);
}

Response engine_job_runs(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto id = arguments.path_integer("id");
  const auto limit = arguments.limit();
  arguments.done();

  const auto row = database.row(embedded::analytics::engine_job_runs, {id, limit});
  if (row[1] != "t") throw ProblemError({404, "there is no job " + std::to_string(id)});
  return envelope(request, {request.now, request.now}, *row[0]);
}

}  // namespace varve::api
