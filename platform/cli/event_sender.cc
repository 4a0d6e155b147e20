#include "platform/cli/event_sender.h"

#include <librdkafka/rdkafkacpp.h>
#include <stdexcept>

#include "platform/base/log.h"
#include "platform/sample/format.h"

namespace varve::cli {

class EventSender::Client : public RdKafka::DeliveryReportCb, public RdKafka::EventCb {
 public:
  void dr_cb(RdKafka::Message& message) override {
    if (message.err() != RdKafka::ERR_NO_ERROR) {
      ++failed;
      failure = message.errstr();
      return;
    }
    ++acknowledged;
    backlog.produced({message.topic_name(), message.partition()}, message.offset(),
                     message.len() + message.key_len());
  }
  void event_cb(RdKafka::Event& event) override {
    if (event.type() == RdKafka::Event::EVENT_ERROR)
      log::debug("producer", {{"error", event.str()}});
  }

  std::int64_t acknowledged = 0;
  std::int64_t failed = 0;
  std::string failure;
  Backlog backlog;
  std::unique_ptr<RdKafka::Producer> producer;  // last: it reports until it is gone
};

EventSender::EventSender(const std::string& bootstrap, std::array<std::string, 4> topics)
    : topics_(std::move(topics)), client_(std::make_unique<Client>()) {
  const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string error;
  const auto set = [&](const char* name, const auto& value) {
    if (conf->set(name, value, error) != RdKafka::Conf::CONF_OK) throw std::runtime_error(error);
  };
  set("bootstrap.servers", bootstrap);
  set("client.id", "varve-sample");
  set("enable.idempotence", "true");
  set("linger.ms", "20");
  set("message.timeout.ms", "30000");
  set("partitioner", "murmur2_random");
  set("dr_cb", static_cast<RdKafka::DeliveryReportCb*>(client_.get()));
  set("event_cb", static_cast<RdKafka::EventCb*>(client_.get()));
  client_->producer.reset(RdKafka::Producer::create(conf.get(), error));
  if (client_->producer == nullptr) throw std::runtime_error(error);
}

EventSender::~EventSender() = default;

void EventSender::send(const sample::Event& event) {
  const std::string& topic = topics_[sample::kind_of(event)];
  const std::string key = sample::key_of(event);
  std::string value = sample::json_of(event);
  for (;;) {
    const auto error = client_->producer->produce(topic, RdKafka::Topic::PARTITION_UA,
                                                  RdKafka::Producer::RK_MSG_COPY, value.data(),
                                                  value.size(), key.data(), key.size(), 0, nullptr);
    if (error == RdKafka::ERR_NO_ERROR) break;
    if (error != RdKafka::ERR__QUEUE_FULL)
      throw std::runtime_error(topic + ": " + RdKafka::err2str(error));
    constexpr int kQueueWaitMs = 100;
    client_->producer->poll(kQueueWaitMs);
  }
  poll();
}

void EventSender::flush(std::chrono::milliseconds timeout) {
  if (client_->producer->flush(int(timeout.count())) != RdKafka::ERR_NO_ERROR) {
    throw std::runtime_error("the broker does not take events");
  }
}

void EventSender::poll() { client_->producer->poll(0); }

std::int64_t EventSender::acknowledged() const { return client_->acknowledged; }
std::int64_t EventSender::failed() const { return client_->failed; }
const std::string& EventSender::failure() const { return client_->failure; }
Backlog& EventSender::backlog() { return client_->backlog; }

}  // namespace varve::cli
