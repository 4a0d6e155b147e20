#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "platform/api/connection_pool.h"
#include "platform/api/dispatch.h"
#include "platform/api/http.h"
#include "platform/api/routes.h"
#include "platform/base/metrics.h"

namespace varve::api {

/// From request to response, whatever carries them: routes, runs the handler where it belongs,
/// counts.
class Application {
 public:
  using Done = std::function<void(Response)>;

  /// `most_actions` run at a time, so that they never take all connections; 0 allows none.
  Application(std::string web_root, int most_actions, ConnectionPool& pool, Metrics& metrics);

  /// What the request of that sender should get. Calls `done` once: at once, or later from
  /// a worker thread. /v1/stream is the caller's; reaching it here is a bug.
  void answer(Request request, const Sender& sender, Done done);

  /// The route's own answer to a request that never became one (status 400, 408, 413, 431).
  Response refuse(int status, std::string detail);

  /// Whether the request is for /v1/stream, and may have it.
  bool is_stream(const Request& request, std::string_view host) const;

  /// A request as handlers see it, from what HTTP gave. `target` undecoded. `id` is the client's
  /// own X-Request-Id; a new one is made where that is empty or strange.
  struct Incoming {
    std::string_view method, target, id;
  };
  /// Nothing where the target is malformed.
  std::optional<Request> request_of(const Incoming& incoming);
  std::string new_request_id();

  /// Counts the response and gives it the headers that all have.
  Response finish(Response response, const Request& request);

 private:
  void run(const Route& route, Request request, const Done& done);
  void act(const Action& action, Request request, const Done& done);

  const std::string web_root_;
  const int most_actions_;
  std::atomic<int> actions_ = 0;  // under way
  ConnectionPool& pool_;
  Metrics& metrics_;
  const std::string id_prefix_;
  std::atomic<std::uint64_t> next_id_ = 1;
};

}  // namespace varve::api
