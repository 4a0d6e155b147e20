#include "test/ingest/broker.h"

#include <atomic>
#include <cstdlib>
#include <librdkafka/rdkafka.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace varve::ingest::test {
namespace {

using namespace std::chrono_literals;

constexpr int kAdminMs = 10'000;

void check(rd_kafka_resp_err_t error, const std::string& what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(what + ": " + rd_kafka_err2str(error));
  }
}

/// Runs an admin request, and waits for its answer.
template <class Request>
void administer(rd_kafka_t* kafka, Request&& request) {
  const std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)> queue(
      rd_kafka_queue_new(kafka), rd_kafka_queue_destroy);
  request(queue.get());
  const std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)> event(
      rd_kafka_queue_poll(queue.get(), kAdminMs), rd_kafka_event_destroy);
  if (!event) throw std::runtime_error("the broker does not answer an admin request");
  check(rd_kafka_event_error(event.get()), "admin request");
}

std::atomic<int> undelivered = 0;

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++undelivered;
}

}  // namespace

void Broker::Destroy::operator()(rd_kafka_s* handle) const { rd_kafka_destroy(handle); }

Broker::Broker(const std::string& test, int partitions) : partitions_(partitions) {
  const std::string prefix = test + "." + std::to_string(::getpid()) + ".";
  topics_ = {prefix + "customer", prefix + "order", prefix + "payment", prefix + "system"};
  start();
}

Broker::~Broker() = default;

bool Broker::is_real() { return std::getenv("VARVE_TEST_BROKERS") != nullptr; }

void Broker::start() {
  if (is_real()) {
    bootstrap_ = std::getenv("VARVE_TEST_BROKERS");
  } else {
    mock_ = std::make_unique<DevBroker>(std::vector<std::string>(topics_.begin(), topics_.end()),
                                        partitions_);
    bootstrap_ = mock_->bootstrap();
  }
  std::array<char, 512> why{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"bootstrap.servers", bootstrap_.c_str()},
           {"enable.idempotence", "true"},
           {"linger.ms", "5"},
           {"queue.buffering.max.messages", "1000000"},
           {"log_level", "3"}}) {
    rd_kafka_conf_set(conf, name, value, why.data(), why.size());
  }
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  producer_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size()));
  if (!producer_) throw std::runtime_error(why.data());
  if (is_real()) create_topics();
}

void Broker::create_topics() {
  administer(producer_.get(), [&](rd_kafka_queue_t* queue) {
    std::array<rd_kafka_NewTopic_t*, kKinds> topics{};
    std::array<char, 512> why{};
    for (std::size_t i = 0; i < kKinds; ++i) {
      topics[i] = rd_kafka_NewTopic_new(topics_[i].c_str(), partitions_, 1, why.data(), why.size());
    }
    rd_kafka_CreateTopics(producer_.get(), topics.data(), topics.size(), nullptr, queue);
    rd_kafka_NewTopic_destroy_array(topics.data(), topics.size());
  });
}

void Broker::publish(Kind kind, std::string_view key, std::string_view value, int partition,
                     std::string_view tenant) {
  const auto topic = topics_[static_cast<std::size_t>(kind)];
  for (;;) {
    rd_kafka_headers_t* headers = nullptr;
    if (!tenant.empty()) {
      headers = rd_kafka_headers_new(1);
      rd_kafka_header_add(headers, "tenant", -1, tenant.data(), std::ssize(tenant));
    }
    const auto error = rd_kafka_producev(
        producer_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key.data(), key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    if (headers != nullptr) rd_kafka_headers_destroy(headers);
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) check(error, "produce");
    rd_kafka_poll(producer_.get(), 100);
  }
  rd_kafka_poll(producer_.get(), 0);
}

void Broker::flush() {
  check(rd_kafka_flush(producer_.get(), 30'000), "flush");
  if (undelivered > 0) throw std::runtime_error("messages were not delivered");
}

void Broker::expire(Kind kind, int partition) {
  flush();
  if (!is_real()) {
    // The mock keeps 5 MiB a partition.
    constexpr std::size_t kFillerBytes = 512UL * 1024;
    const std::string filler(kFillerBytes, ' ');
    for (int i = 0; i < 12; ++i) publish(kind, "filler", filler, partition);
    flush();
    return;
  }
  administer(producer_.get(), [&](rd_kafka_queue_t* queue) {
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topics_[static_cast<std::size_t>(kind)].c_str(),
                                      partition)
        ->offset = RD_KAFKA_OFFSET_END;
    rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(producer_.get(), &request, 1, nullptr, queue);
    rd_kafka_DeleteRecords_destroy(request);
    rd_kafka_topic_partition_list_destroy(list);
  });
}

void Broker::recreate() {
  producer_.reset();
  if (!is_real()) {
    mock_.reset();
    return start();
  }
  start();
}

}  // namespace varve::ingest::test
