#include "platform/cli/broker.h"

#include <algorithm>
#include <fstream>
#include <librdkafka/rdkafkacpp.h>
#include <memory>
#include <stdexcept>

namespace varve::cli {
namespace {

/// librdkafka writes to standard error by itself; a command has its own words.
class Silence : public RdKafka::EventCb {
  void event_cb(RdKafka::Event&) override {}
};

std::unique_ptr<RdKafka::Producer> client(const std::string& bootstrap, RdKafka::EventCb& events) {
  const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string error;
  conf->set("bootstrap.servers", bootstrap, error);
  conf->set("event_cb", &events, error);
  std::unique_ptr<RdKafka::Producer> made(RdKafka::Producer::create(conf.get(), error));
  if (made == nullptr) throw std::runtime_error(error);
  return made;
}

}  // namespace

std::string bootstrap_of(const Config& config) {
  if (const std::string& path = config.text("kafka.bootstrap_file"); !path.empty()) {
    std::ifstream file(path);
    if (std::string list; file >> list) return list;
    throw std::runtime_error("no broker has published its address in " + path);
  }
  return config.text("kafka.bootstrap");
}

std::array<std::string, 4> topics_of(const Config& config) {
  return {config.text("kafka.topics.customer"), config.text("kafka.topics.order"),
          config.text("kafka.topics.payment"), config.text("kafka.topics.system")};
}

BrokerState ask_broker(const std::string& bootstrap, const std::array<std::string, 4>& topics,
                       std::chrono::milliseconds timeout) {
  Silence silence;
  const auto producer = client(bootstrap, silence);
  const int wait_ms = int(timeout.count());
  RdKafka::Metadata* raw = nullptr;
  const auto error = producer->metadata(true, nullptr, &raw, wait_ms);
  const std::unique_ptr<RdKafka::Metadata> metadata(raw);
  if (error != RdKafka::ERR_NO_ERROR)
    throw std::runtime_error(bootstrap + ": " + RdKafka::err2str(error));

  BrokerState state;
  state.brokers = std::to_string(metadata->brokers()->size()) + " brokers";
  for (const RdKafka::TopicMetadata* topic : *metadata->topics()) {
    if (std::ranges::find(topics, topic->topic()) == topics.end()) continue;
    for (const RdKafka::PartitionMetadata* partition : *topic->partitions()) {
      std::int64_t low = 0;
      std::int64_t high = 0;
      if (producer->query_watermark_offsets(topic->topic(), partition->id(), &low, &high,
                                            wait_ms) == RdKafka::ERR_NO_ERROR) {
        state.ends[{topic->topic(), partition->id()}] = high;
      }
    }
  }
  return state;
}

}  // namespace varve::cli
