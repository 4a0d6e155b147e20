#include "platform/api/dispatch.h"
#include "platform/api/handlers.h"

#include "embedded/analytics.h"

namespace varve::api {
namespace {

/// What an action says when it is done; what it has changed shows in the answers about the engine.
Response done(const Request& request) {
  return envelope(request, {request.now, request.now}, R"({"done":true})");
}

/// The job of the path, and its state. Throws a 404 where there is none.
struct Job {
  std::int32_t id;
  std::string state;
};
Job job_of(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto id = arguments.path_integer("id");
  arguments.done();
  const auto row = database.row(embedded::analytics::action_job_state, {id});
  if (!row[0]) throw ProblemError({404, "there is no job " + std::to_string(id)});
  return {id, *row[0]};
}

Response schedule_job(const Request& request, Database& database, bool scheduled) {
  const Job job = job_of(request, database);
  database.act(embedded::analytics::action_schedule_job, {job.id, scheduled});
  return done(request);
}

/// PostgreSQL's names of relations are of at most 63 bytes; longer ones are of none.
Response convert_chunk(const Request& request, Database& database, std::string_view statement) {
  Arguments arguments(request);
  const auto schema = arguments.path_text("schema", 63);
  const auto name = arguments.path_text("name", 63);
  arguments.done();
  database.act(statement, {schema, name});
  return done(request);
}

}  // namespace

Response run_job(const Request& request, Database& database) {
  const Job job = job_of(request, database);
  if (job.state == "running") throw ProblemError({409, "the job is running already"});
  if (job.state == "paused" || job.state == "gave up") {
    throw ProblemError({409, "the job is paused; resume it, and it runs when it is due"});
  }
  database.act(embedded::analytics::action_run_job, {job.id});
  return done(request);
}

Response pause_job(const Request& request, Database& database) {
  return schedule_job(request, database, false);
}

Response resume_job(const Request& request, Database& database) {
  return schedule_job(request, database, true);
}

Response refresh_aggregate(const Request& request, Database& database) {
  Arguments arguments(request);
  const auto schema = arguments.path_text("schema", 63);
  const auto name = arguments.path_text("name", 63);
  const auto from = arguments.optional_time("from");
  const auto to = arguments.optional_time("to");
  const auto force = arguments.choice("force", {"true", "false"}, "false");
  if (from && to && *from >= *to) arguments.error("/query/to", "must be later than from");
  arguments.done();
  const auto bound = [](const std::optional<TimePoint>& time) {
    return time ? database::Parameter(sql_time(*time)) : database::Parameter(nullptr);
  };
  database.act(embedded::analytics::action_refresh,
               {schema, name, bound(from), bound(to), force == "true"});
  return done(request);
}

Response compress_chunk(const Request& request, Database& database) {
  return convert_chunk(request, database, embedded::analytics::action_compress);
}

Response decompress_chunk(const Request& request, Database& database) {
  return convert_chunk(request, database, embedded::analytics::action_decompress);
}

}  // namespace varve::api
