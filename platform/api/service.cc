#include "platform/api/service.h"

#include <algorithm>

#include "platform/api/application.h"
#include "platform/api/listener.h"
#include "platform/api/server.h"
#include "platform/base/log.h"

namespace varve::api {

void serve(const Config& config, Metrics& metrics, const std::stop_token& stop) {
  using std::chrono::milliseconds;
  const std::string& conninfo = config.text("database.conninfo");
  const std::string& listen = config.text("api.listen");

  // In the order of who needs whom: whoever is destroyed first is named last.
  ConnectionPool pool({conninfo, static_cast<int>(config.integer("database.pool_size")),
                       milliseconds(config.integer("database.statement_timeout_ms"))},
                      metrics);
  // At most half of the connections, so that questions are answered meanwhile.
  const auto connections = static_cast<int>(config.integer("database.pool_size"));
  const int most_actions = config.text("api.actions") == "on" ? std::max(1, connections / 2) : 0;
  Application application(config.text("api.web_root"), most_actions, pool, metrics);
  Server server({listen, static_cast<std::uint16_t>(config.integer("api.port")),
                 milliseconds(config.integer("api.idle_ms")),
                 milliseconds(config.integer("api.heartbeat_ms")),
                 static_cast<std::size_t>(config.integer("api.max_sse_clients"))},
                application, metrics);
  const Listener listener(
      conninfo, {[&](std::string payload) { server.publish("ingest", std::move(payload)); },
                 [&] { server.publish("resync", "{}"); }});

  log::info("the API listens; it has no authentication yet, hence on loopback only",
            {{"address", listen}, {"port", server.port()}});
  server.run(stop);
}

}  // namespace varve::api
