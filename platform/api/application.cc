#include "platform/api/application.h"

#include <algorithm>
#include <array>
#include <random>

#include "platform/api/dispatch.h"
#include "platform/api/pages.h"
#include "platform/api/query_string.h"
#include "platform/base/log.h"

namespace varve::api {
namespace {

std::string random_prefix() {
  std::random_device random;
  std::string prefix;
  for (int i = 0; i < 8; ++i) prefix += "0123456789abcdef"[random() & 15];
  return prefix + "-";
}

bool is_request_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

/// The label of a request: never the path itself, of which there are any number.
std::string_view route_label(const Request& request) {
  Fields variables;
  const Route* route = match(request.path, variables);
  return route == nullptr ? "other" : route->path;
}

std::string_view method_label(std::string_view method) {
  constexpr std::array<std::string_view, 7> kKnown = {"GET",    "HEAD",  "POST",   "PUT",
                                                      "DELETE", "PATCH", "OPTIONS"};
  return std::ranges::count(kKnown, method) > 0 ? method : "other";
}

bool reads_only(std::string_view method) { return method == "GET" || method == "HEAD"; }

}  // namespace

Application::Application(std::string web_root, int most_actions, ConnectionPool& pool,
                         Metrics& metrics)
    : web_root_(std::move(web_root)),
      most_actions_(most_actions),
      pool_(pool),
      metrics_(metrics),
      id_prefix_(random_prefix()) {}

std::string Application::new_request_id() { return id_prefix_ + std::to_string(next_id_++); }

std::optional<Request> Application::request_of(const Incoming& incoming) {
  auto target = parse_target(incoming.target);
  if (!target) return std::nullopt;
  Request request;
  request.method = incoming.method;
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  request.id = is_request_id(incoming.id) ? std::string(incoming.id) : new_request_id();
  request.now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  request.started = std::chrono::steady_clock::now();
  return request;
}

bool Application::is_stream(const Request& request, std::string_view host) const {
  return request.path == "/v1/stream" && request.method == "GET" && is_local_host(host);
}

void Application::answer(Request request, const Sender& sender, Done done) {
  const auto refuse = [&](const Problem& problem) {
    done(finish(problem_response(problem, request), request));
  };
  if (!is_local_host(sender.host)) {
    return refuse(
        {421,
         "the API answers to the names of this machine only, as long as it has no authentication"});
  }
  const Route* route = match(request.path, request.path_variables);
  if (route == nullptr) {
    if (reads_only(request.method)) {
      if (auto file = static_file(web_root_, request.path))
        return done(finish(std::move(*file), request));
      if (request.path == "/")
        return done(finish({302, "text/plain", "see /docs\n", {{"Location", "/docs"}}}, request));
    }
    return refuse({404, "nothing is at " + request.path});
  }
  if (const auto* action = std::get_if<Action>(&route->handler)) {
    if (request.method != "POST") return refuse(wrong_method(request.method, "POST"));
    if (most_actions_ == 0) return refuse({403, "actions are switched off: api.actions"});
    if (!may_act(sender)) {
      return refuse(
          {403, "an action needs the header X-Varve-Action, from a page of this service"});
    }
    return act(*action, std::move(request), done);
  }
  if (!reads_only(request.method)) return refuse(wrong_method(request.method, "GET, HEAD"));
  run(*route, std::move(request), done);
}

void Application::act(const Action& action, Request request, const Done& done) {
  const auto shared = std::make_shared<Request>(std::move(request));
  const auto busy = [&](std::string detail) {
    --actions_;
    done(finish(problem_response(unavailable(std::move(detail), 5), *shared), *shared));
  };
  if (++actions_ > most_actions_) return busy("too many actions are under way");
  const bool accepted = pool_.submit([this, action, shared, done](Database& database) {
    Response response = answer_action(action, *shared, database);
    --actions_;
    done(finish(std::move(response), *shared));
  });
  if (!accepted) busy("too many requests wait for the database");
}

void Application::run(const Route& route, Request request, const Done& done) {
  if (const auto* special = std::get_if<Special>(&route.handler)) {
    if (*special == Special::kMetrics) {
      return done(
          finish({200, "text/plain; version=0.0.4; charset=utf-8", metrics_.text()}, request));
    }
    // HEAD of the stream: what GET would say first.
    return done(finish({200, "text/event-stream", ""}, request));
  }
  if (const auto* constant = std::get_if<Constant>(&route.handler)) {
    return done(finish((*constant)(request), request));
  }
  // Shared, since std::function must be copyable.
  const auto shared = std::make_shared<Request>(std::move(request));
  const Question question = std::get<Question>(route.handler);
  const bool accepted = pool_.submit([this, question, shared, done](Database& database) {
    done(finish(answer_question(question, *shared, database), *shared));
  });
  if (!accepted) {
    done(
        finish(problem_response(unavailable("too many requests wait for the database", 1), *shared),
               *shared));
  }
}

Response Application::refuse(int status, std::string detail) {
  Request request;
  request.id = new_request_id();
  request.started = std::chrono::steady_clock::now();
  request.method = "other";
  return finish(problem_response({status, std::move(detail)}, request), request);
}

Response Application::finish(Response response, const Request& request) {
  const std::string route(route_label(request));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - request.started;
  metrics_
      .counter("varve_http_requests_total", "requests answered",
               {{"route", route},
                {"method", std::string(method_label(request.method))},
                {"code", std::to_string(response.status)}})
      .Increment();
  metrics_
      .histogram("varve_http_request_duration_seconds",
                 "time from the request's last byte to its answer", seconds_bounds(),
                 {{"route", route}})
      .Observe(took.count());
  log::debug("request", {{"requestId", request.id},
                         {"method", request.method},
                         {"path", request.path},
                         {"status", response.status},
                         {"seconds", took.count()}});
  response.headers.emplace_back("X-Request-Id", request.id);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (!find(response.headers, "Cache-Control"))
    response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace varve::api
