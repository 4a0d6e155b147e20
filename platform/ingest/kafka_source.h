#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/ingest/event_source.h"

struct rd_kafka_s;
struct rd_kafka_message_s;
struct rd_kafka_topic_partition_list_s;

namespace varve::ingest {

struct SourceOptions {
  std::string bootstrap;
  std::string group;
  std::array<std::string, kKinds> topics;
  /// Static member of the group: a restart within the session time causes no rebalance.
  std::string instance;
  /// Settings of librdkafka that go before ours.
  std::map<std::string, std::string> settings;
};

/// The four topics as a member of a consumer group, through librdkafka's C interface, which hands
/// messages out without copying or allocating.
///
/// Only the eager assignor `range` is used: with cooperative-sticky librdkafka 2.0.2 loses its
/// assignment or aborts (its issues 4312 and 4059). Offsets kept by the group are never read.
class KafkaSource final : public EventSource {
 public:
  /// Throws SourceError where the settings are refused; the broker need not be there.
  explicit KafkaSource(SourceOptions options);
  ~KafkaSource() override;
  KafkaSource(const KafkaSource&) = delete;
  KafkaSource& operator=(const KafkaSource&) = delete;

  void subscribe(SourceListener& listener) override;
  std::optional<Message> poll(std::chrono::milliseconds wait) override;
  void start(std::span<const Position> positions) override;
  void pause() override;
  void resume() override;
  void rejoin() override;
  void close() override;
  void publish(std::span<const Position> positions) override;
  std::optional<Watermarks> known_watermarks(Partition partition) override;
  Watermarks watermarks(Partition partition) override;
  [[nodiscard]] std::string_view topic(Kind kind) const override {
    return options_.topics[static_cast<std::size_t>(kind)];
  }

 private:
  struct Destroy {
    void operator()(rd_kafka_s* handle) const;
    void operator()(rd_kafka_topic_partition_list_s* list) const;
  };
  using List = std::unique_ptr<rd_kafka_topic_partition_list_s, Destroy>;
  friend struct Callbacks;

  void on_rebalance(int code, const rd_kafka_topic_partition_list_s* partitions);
  void on_error(const rd_kafka_message_s& message);
  Message message_of(rd_kafka_message_s* message) const;
  [[nodiscard]] List list_of(std::span<const Position> positions) const;
  [[nodiscard]] std::optional<Kind> kind_of(std::string_view topic) const;
  [[nodiscard]] const char* topic_name(Kind kind) const {
    return options_.topics[static_cast<std::size_t>(kind)].c_str();
  }

  SourceOptions options_;
  SourceListener* listener_ = nullptr;
  std::vector<Position> started_;
  std::unique_ptr<rd_kafka_s, Destroy> kafka_;
};

}  // namespace varve::ingest
