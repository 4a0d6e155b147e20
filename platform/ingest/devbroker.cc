#include "platform/ingest/devbroker.h"

#include <array>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdexcept>

namespace varve::ingest {
namespace {

constexpr int kBrokers = 3;

struct Destroy {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  void operator()(rd_kafka_mock_cluster_t* cluster) const {
    rd_kafka_mock_cluster_destroy(cluster);
  }
};

}  // namespace

/// A mock cluster lives within a client, which does nothing else.
struct DevBroker::Cluster {
  std::unique_ptr<rd_kafka_t, Destroy> client;
  std::unique_ptr<rd_kafka_mock_cluster_t, Destroy> mock;
};

DevBroker::DevBroker(const std::vector<std::string>& topics, int partitions)
    : cluster_(std::make_unique<Cluster>()) {
  std::array<char, 512> why{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "3", why.data(), why.size());  // errors alone
  cluster_->client.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size()));
  if (!cluster_->client) throw std::runtime_error(why.data());
  cluster_->mock.reset(rd_kafka_mock_cluster_new(cluster_->client.get(), kBrokers));
  if (!cluster_->mock) throw std::runtime_error("the mock cluster did not start");
  for (const std::string& topic : topics) {
    const auto error =
        rd_kafka_mock_topic_create(cluster_->mock.get(), topic.c_str(), partitions, 1);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      throw std::runtime_error("topic " + topic + ": " + rd_kafka_err2str(error));
    }
  }
}

DevBroker::~DevBroker() = default;

std::string DevBroker::bootstrap() const {
  return rd_kafka_mock_cluster_bootstraps(cluster_->mock.get());
}

}  // namespace varve::ingest
