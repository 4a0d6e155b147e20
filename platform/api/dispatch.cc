#include "platform/api/dispatch.h"

#include "platform/base/log.h"

namespace varve::api {

using database::ErrorClass;

namespace {

void log_failure(const char* what, const Problem& problem, const Request& request,
                 const database::Error& error) {
  log::warn(what, {{"requestId", request.id},
                   {"path", request.path},
                   {"status", problem.status},
                   {"sqlstate", error.sqlstate()},
                   {"error", error.what()}});
}

/// What `run` answers; where it throws, a problem, which `problem_of` chooses for database errors.
template <class Run, class ProblemOf>
Response answered(const Request& request, Run&& run, ProblemOf&& problem_of) {
  try {
    return run();
  } catch (const ProblemError& error) {
    return problem_response(error.problem, request);
  } catch (const database::Error& error) {
    return problem_response(problem_of(error), request);
  } catch (const std::exception& error) {
    log::error("handler failed",
               {{"requestId", request.id}, {"path", request.path}, {"error", error.what()}});
    return problem_response(
        {500, "the service failed; its log has the reason under this request's id"}, request);
  }
}

}  // namespace

Problem problem_of(const database::Error& error) {
  const std::string& state = error.sqlstate();
  if (state == "42501") return {403, "the database does not allow the API to read this"};
  if (state == "22023" || state == "22007" || state == "22008" || state == "22P02") {
    return {400, error.what()};
  }
  // A table, column, function or schema is missing.
  if (state == "42P01" || state == "42703" || state == "42883" || state == "3F000") {
    return unavailable("the database is not set up; run: varve setup", 30);
  }
  switch (error.error_class()) {
    case ErrorClass::kCanceled:
      return {504, "the query ran into the time limit; ask for a shorter range"};
    case ErrorClass::kConnection: return unavailable("the database is not reachable");
    case ErrorClass::kTransient:
    case ErrorClass::kEnvironment: return unavailable("the database cannot answer just now");
    case ErrorClass::kData:
    case ErrorClass::kOther: break;
  }
  return {500, "the query failed; the log of the service has the reason under this request's id"};
}

Problem problem_of_action(const database::Error& error) {
  const std::string& state = error.sqlstate();
  if (state == "42501") return {403, error.what()};
  // No such table, schema, object; another kind of one.
  if (state == "42P01" || state == "3F000" || state == "42704" || state == "42809") {
    return {404, error.what()};
  }
  if (error.error_class() == ErrorClass::kConnection) {
    return unavailable("the database went away; it is not known whether that was done");
  }
  return {error.error_class() == ErrorClass::kData ? 400 : 409, error.what()};
}

Response answer_action(const Action& action, const Request& request, Database& database) {
  const auto run = [&] {
    Response response = action.run(request, database);
    log::info("action", {{"requestId", request.id}, {"path", request.path}});
    return response;
  };
  return answered(request, run, [&](const database::Error& error) {
    Problem problem = problem_of_action(error);
    log_failure("action failed", problem, request, error);
    return problem;
  });
}

Response answer_question(Question question, const Request& request, Database& database) {
  const auto run = [&] { return question(request, database); };
  return answered(request, run, [&](const database::Error& error) {
    Problem problem = problem_of(error);
    if (problem.status >= 500) log_failure("query failed", problem, request, error);
    return problem;
  });
}

Problem wrong_method(const std::string& method, std::string_view allowed) {
  return {
      405, "the method " + method + " is not allowed here", {}, {{"Allow", std::string(allowed)}}};
}

bool may_act(const Sender& sender) {
  return !sender.action.empty() &&
         (sender.origin.empty() || sender.origin == "http://" + sender.host);
}

bool is_local_host(std::string_view host) {
  if (host.starts_with('[')) {
    host = host.substr(0, host.find(']') + 1);
    return host == "[::1]";
  }
  host = host.substr(0, host.find(':'));
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  // 127.0.0.0/8, and nothing but digits and dots: not 127.example.org.
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace varve::api
