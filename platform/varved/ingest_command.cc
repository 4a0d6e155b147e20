#include <algorithm>

#include "platform/base/log.h"
#include "platform/ingest/bootstrap_file.h"
#include "platform/ingest/ingestor.h"
#include "platform/ingest/kafka_source.h"
#include "platform/ingest/postgres_sink.h"
#include "platform/varved/command.h"

namespace varve::varved {
namespace {

std::array<std::string, ingest::kKinds> topics(const Config& config) {
  return {config.text("kafka.topics.customer"), config.text("kafka.topics.order"),
          config.text("kafka.topics.payment"), config.text("kafka.topics.system")};
}

ingest::SinkOptions sink_options(const Config& config) {
  ingest::SinkOptions options;
  options.conninfo = config.text("database.conninfo");
  options.group = config.text("kafka.group");
  options.topics = topics(config);
  options.unique = config.text("ingest.dedupe") == "unique";
  options.margin = config.text("ingest.margin");
  options.instance = config.text("ingest.instance");
  if (!ingest::parse_numeric(options.margin)) {
    throw ConfigError("ingest.margin must be a decimal number, not " + options.margin);
  }
  return options;
}

ingest::SourceOptions source_options(const Config& config, const std::string& brokers) {
  const std::int64_t session = config.integer("kafka.session_ms");
  ingest::SourceOptions options{
      brokers, config.text("kafka.group"), topics(config), config.text("ingest.instance"), {}};
  options.settings["session.timeout.ms"] = std::to_string(session);
  options.settings["heartbeat.interval.ms"] =
      std::to_string(std::min<std::int64_t>(3000, session / 3));
  return options;
}

ingest::IngestOptions ingest_options(const Config& config) {
  ingest::IngestOptions options;
  options.limits.rows = static_cast<std::size_t>(config.integer("ingest.batch_rows"));
  options.limits.bytes = static_cast<std::size_t>(config.integer("ingest.batch_bytes"));
  options.limits.age = std::chrono::milliseconds(config.integer("ingest.batch_ms"));
  options.acceptance.default_tenant = config.text("ingest.tenant");
  options.acceptance.greatest_age = std::chrono::days(config.integer("ingest.max_age_days"));
  options.stop_on_gap = config.text("ingest.on_gap") == "stop";
  return options;
}

/// From Kafka into the hypertables, until SIGTERM; then what was read is stored.
int run(const Service& service) {
  const Config& config = service.config;
  std::optional<std::string> brokers = config.text("kafka.bootstrap");
  if (const std::string& file = config.text("kafka.bootstrap_file"); !file.empty()) {
    brokers = ingest::wait_for_bootstrap(file, service.stop);
    if (!brokers) return kSuccess;
  }
  ingest::PostgresSink sink(sink_options(config));
  ingest::KafkaSource source(source_options(config, *brokers));
  ingest::Ingestor ingestor(source, sink, service.metrics, ingest_options(config));
  log::info("ingest reads", {{"brokers", *brokers}, {"group", config.text("kafka.group")}});
  const std::string why = ingestor.run(service.stop);
  if (why.empty()) return kSuccess;
  log::error("ingest ends", {{"error", why}});
  return kFailure;
}

const Registration kRegistration({"ingest",
                                  "from Kafka into the hypertables, each event exactly once",
                                  {"database", "kafka", "ingest"},
                                  run,
                                  /*in_all=*/true});

}  // namespace
}  // namespace varve::varved
