#include "platform/ingest/kafka_source.h"

#include <librdkafka/rdkafka.h>

#include "platform/base/log.h"

namespace varve::ingest {

/// What librdkafka calls back, all but the log from within poll() and close().
struct Callbacks {
  static void rebalance(rd_kafka_t*, rd_kafka_resp_err_t code,
                        rd_kafka_topic_partition_list_t* partitions, void* self) {
    static_cast<KafkaSource*>(self)->on_rebalance(code, partitions);
  }
  static void write_log(const rd_kafka_t*, int level, const char* facility, const char* text) {
    // syslog's levels: 3 is an error, 4 a warning, 6 information.
    const auto severity = level <= 4 ? log::Level::kWarn : log::Level::kDebug;
    log::write(severity, "kafka", {{"facility", facility}, {"text", text}});
  }
};

namespace {

// Asking for watermarks; the broker answers within milliseconds, or is not there.
constexpr int kQueryMs = 5'000;

struct Setting {
  const char* name;
  const char* value;
};

constexpr Setting kSettings[] = {
    {"client.id", "varve-ingest"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"partition.assignment.strategy", "range"},
    {"isolation.level", "read_committed"},
    {"topic.metadata.refresh.interval.ms", "10000"},
    // A full local queue makes 2.0.2 wait for a second, hence more than two batches.
    {"queued.max.messages.kbytes", "32768"},
    {"queued.min.messages", "50000"},
};

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
      RD_KAFKA_CONF_OK) {
    throw SourceError(why.data());
  }
}

void require(rd_kafka_resp_err_t error, const char* what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw SourceError(std::string(what) + ": " + rd_kafka_err2str(error));
  }
}

void destroy_message(void* message) {
  rd_kafka_message_destroy(static_cast<rd_kafka_message_t*>(message));
}

std::vector<Header> headers_of(const rd_kafka_message_t* message) {
  std::vector<Header> headers;
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return headers;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    headers.push_back({name, {static_cast<const char*>(value), size}});
  }
  return headers;
}

std::optional<std::string_view> view(const void* bytes, std::size_t size) {
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(bytes), size);
}

}  // namespace

void KafkaSource::Destroy::operator()(rd_kafka_s* handle) const { rd_kafka_destroy(handle); }
void KafkaSource::Destroy::operator()(rd_kafka_topic_partition_list_s* list) const {
  rd_kafka_topic_partition_list_destroy(list);
}

KafkaSource::KafkaSource(SourceOptions options) : options_(std::move(options)) {
  std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(rd_kafka_conf_new(),
                                                                          rd_kafka_conf_destroy);
  for (const Setting& setting : kSettings) set(conf.get(), setting.name, setting.value);
  set(conf.get(), "bootstrap.servers", options_.bootstrap);
  set(conf.get(), "group.id", options_.group);
  if (!options_.instance.empty()) set(conf.get(), "group.instance.id", options_.instance);
  for (const auto& [name, value] : options_.settings) set(conf.get(), name, value);
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_rebalance_cb(conf.get(), Callbacks::rebalance);
  rd_kafka_conf_set_log_cb(conf.get(), Callbacks::write_log);

  std::array<char, 512> why{};
  kafka_.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size()));
  if (!kafka_) throw SourceError(why.data());
  static_cast<void>(conf.release());  // rd_kafka_new took it
  require(rd_kafka_poll_set_consumer(kafka_.get()), "consumer queue");
}

KafkaSource::~KafkaSource() = default;

void KafkaSource::subscribe(SourceListener& listener) {
  listener_ = &listener;
  const List topics(rd_kafka_topic_partition_list_new(kKinds));
  for (const std::string& name : options_.topics) {
    rd_kafka_topic_partition_list_add(topics.get(), name.c_str(), RD_KAFKA_PARTITION_UA);
  }
  require(rd_kafka_subscribe(kafka_.get(), topics.get()), "subscribe");
}

void KafkaSource::rejoin() {
  require(rd_kafka_unsubscribe(kafka_.get()), "unsubscribe");
  subscribe(*listener_);
}

void KafkaSource::close() { require(rd_kafka_consumer_close(kafka_.get()), "close"); }

void KafkaSource::on_rebalance(int code, const rd_kafka_topic_partition_list_s* partitions) {
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    std::vector<Partition> assigned;
    for (int i = 0; i < partitions->cnt; ++i) {
      const auto kind = kind_of(partitions->elems[i].topic);
      if (kind) assigned.push_back({*kind, partitions->elems[i].partition});
    }
    // Positions come with start(); until then the group must see its assignment taken.
    rd_kafka_assign(kafka_.get(), List(rd_kafka_topic_partition_list_new(0)).get());
    listener_->on_assigned(assigned);
    return;
  }
  listener_->on_revoked(rd_kafka_assignment_lost(kafka_.get()) != 0);
  started_.clear();
  rd_kafka_assign(kafka_.get(), nullptr);
}

std::optional<Message> KafkaSource::poll(std::chrono::milliseconds wait) {
  rd_kafka_message_t* message =
      rd_kafka_consumer_poll(kafka_.get(), static_cast<int>(wait.count()));
  if (message == nullptr) return std::nullopt;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return message_of(message);
  const Message::Owner owner(message, destroy_message);
  on_error(*message);
  return std::nullopt;
}

Message KafkaSource::message_of(rd_kafka_message_s* message) const {
  Message result;
  result.owner = Message::Owner(message, destroy_message);
  // We subscribe to nothing but our topics.
  result.partition = {kind_of(rd_kafka_topic_name(message->rkt)).value(), message->partition};
  result.offset = message->offset;
  result.key = view(message->key, message->key_len);
  result.value = view(message->payload, message->len);
  result.headers = headers_of(message);
  return result;
}

void KafkaSource::on_error(const rd_kafka_message_s& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return;
  const char* text = rd_kafka_message_errstr(&message);
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
      message.err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    const auto kind =
        message.rkt == nullptr ? std::nullopt : kind_of(rd_kafka_topic_name(message.rkt));
    if (kind) return listener_->on_out_of_range({*kind, message.partition});
  }
  log::warn("kafka reports an error", {{"error", text}, {"code", static_cast<int>(message.err)}});
}

void KafkaSource::start(std::span<const Position> positions) {
  started_.assign(positions.begin(), positions.end());
  require(rd_kafka_assign(kafka_.get(), list_of(positions).get()), "assign");
}

void KafkaSource::pause() { rd_kafka_pause_partitions(kafka_.get(), list_of(started_).get()); }
void KafkaSource::resume() { rd_kafka_resume_partitions(kafka_.get(), list_of(started_).get()); }

void KafkaSource::publish(std::span<const Position> positions) {
  const auto error = rd_kafka_commit(kafka_.get(), list_of(positions).get(), /*async=*/1);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    log::debug("offsets not published", {{"error", rd_kafka_err2str(error)}});
  }
}

std::optional<Watermarks> KafkaSource::known_watermarks(Partition partition) {
  Watermarks known;
  if (rd_kafka_get_watermark_offsets(kafka_.get(), topic_name(partition.topic), partition.number,
                                     &known.low, &known.high) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      known.low < 0 || known.high < 0) {
    return std::nullopt;
  }
  return known;
}

Watermarks KafkaSource::watermarks(Partition partition) {
  Watermarks current;
  require(rd_kafka_query_watermark_offsets(kafka_.get(), topic_name(partition.topic),
                                           partition.number, &current.low, &current.high, kQueryMs),
          "watermarks");
  return current;
}

KafkaSource::List KafkaSource::list_of(std::span<const Position> positions) const {
  List list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const Position& position : positions) {
    rd_kafka_topic_partition_list_add(list.get(), topic_name(position.partition.topic),
                                      position.partition.number)
        ->offset = position.next;
  }
  return list;
}

std::optional<Kind> KafkaSource::kind_of(std::string_view topic) const {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (options_.topics[kind] == topic) return static_cast<Kind>(kind);
  }
  return std::nullopt;
}

}  // namespace varve::ingest
