#pragma once

#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

#include "platform/base/database.h"
#include "platform/base/metrics.h"
#include "platform/ingest/ingestor.h"
#include "platform/ingest/kafka_source.h"
#include "platform/ingest/postgres_sink.h"

#include "test/ingest/broker.h"

namespace varve::ingest::test {

using namespace std::chrono_literals;

/// Waits until `done`, checking every 20 ms; false once `limit` has passed.
bool eventually(const std::function<bool()>& done, std::chrono::milliseconds limit = 20s);

/// A test with a database and a broker of its own. The database is a copy of the one that PG*
/// variables name, in which the suite has made the schema.
class IngestTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  database::Connection& db() { return *db_; }
  std::int64_t number(const std::string& query);
  std::string text(const std::string& query);
  /// Waits until the group has stored all messages that were published: the sum of its positions.
  bool stored_up_to(std::int64_t messages, std::chrono::milliseconds limit = 20s);
  std::int64_t positions_sum();

  /// Events of all four kinds with ids of their own; half of the orders are PAID.
  void publish_events(int count, int first = 0);
  static std::string event(Kind kind, int number, const std::string& more = "");

  SinkOptions sink_options();
  SourceOptions source_options();

  std::string name_, conninfo_;
  std::unique_ptr<database::Connection> db_;
  std::unique_ptr<Broker> broker_;
  int published_ = 0;
};

/// An instance of the ingest on a thread of this process.
class Member {
 public:
  Member(SourceOptions source, SinkOptions sink, IngestOptions options = {});
  ~Member() { stop(); }
  /// Requests a stop and waits for it; gives what run() gave.
  std::string stop();
  /// The value of a metric without labels, or the first with any.
  double metric(const std::string& name) const;

 private:
  Metrics metrics_;
  PostgresSink sink_;
  KafkaSource source_;
  Ingestor ingestor_;
  std::string why_;
  std::jthread thread_;
};

/// `varved ingest` as a process of its own.
class Process {
 public:
  Process(const std::string& conninfo, const Broker& broker, const std::string& group,
          const std::vector<std::string>& settings = {});
  ~Process();
  void kill(int signal);
  /// The exit status, or -signal.
  int wait();

 private:
  pid_t pid_ = -1;
};

}  // namespace varve::ingest::test
