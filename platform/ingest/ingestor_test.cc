#include "platform/ingest/ingestor.h"

#include <atomic>
#include <deque>
#include <functional>
#include <gmock/gmock.h>
#include <map>

namespace varve::ingest {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Partition kP0{Kind::kSystem, 0};
constexpr Partition kP1{Kind::kSystem, 1};

std::string event() {
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return R"({"serviceName":"s","cpuUsage":1,"timestamp":")" + rfc3339(now) + "\"}";
}

/// A broker with two partitions and a group, of which each step is scripted: whatever can be read
/// is, then comes the next step; after the last one the ingest is stopped.
class ScriptedSource : public EventSource {
 public:
  using Step = std::function<void(ScriptedSource&)>;

  void subscribe(SourceListener& listener) override { listener_ = &listener; }
  std::optional<Message> poll(std::chrono::milliseconds) override {
    for (auto& [partition, at] : reading_) {
      if (paused_ || stuck_.contains(partition)) continue;
      auto& log = logs[partition];
      if (at < log.low || at > log.high) {
        stuck_.insert(partition);
        listener_->on_out_of_range(partition);
        return std::nullopt;
      }
      while (at < log.high && log.holes.contains(at)) ++at;
      if (at < log.high) return message(partition, at++);
    }
    if (steps.empty()) {
      stop.request_stop();
    } else if (!hold || !hold()) {
      const Step step = std::move(steps.front());
      steps.pop_front();
      step(*this);
    }
    return std::nullopt;
  }
  void start(std::span<const Position> positions) override {
    reading_.clear();
    stuck_.clear();
    for (const Position& position : positions) reading_[position.partition] = position.next;
  }
  void pause() override { paused_ = true, ++pauses; }
  void resume() override { paused_ = false; }
  void rejoin() override {
    ++rejoins;
    steps.push_front(assign({kP0, kP1}));
    steps.push_front(revoke(false));
  }
  void close() override { revoke(false)(*this); }
  void publish(std::span<const Position> positions) override {
    for (const Position& position : positions) published[position.partition] = position.next;
  }
  std::optional<Watermarks> known_watermarks(Partition partition) override {
    return Watermarks{logs[partition].low, logs[partition].high};
  }
  Watermarks watermarks(Partition partition) override { return *known_watermarks(partition); }
  [[nodiscard]] std::string_view topic(Kind) const override { return "topic"; }

  static Step assign(std::vector<Partition> partitions) {
    return [=](ScriptedSource& s) { s.listener_->on_assigned(partitions); };
  }
  static Step revoke(bool lost) {
    return [=](ScriptedSource& s) {
      s.listener_->on_revoked(lost);
      s.reading_.clear();
    };
  }

  struct Log {
    std::int64_t low = 0, high = 0;
    std::set<std::int64_t> holes;
  };
  std::map<Partition, Log> logs;
  std::deque<Step> steps;
  std::function<bool()> hold;  // no step is taken while it is true
  std::map<Partition, std::int64_t> published;
  int pauses = 0, rejoins = 0;
  std::stop_source stop;

 private:
  static std::optional<Message> message(Partition partition, std::int64_t offset) {
    auto value = std::make_unique<std::string>(event());
    Message result;
    result.partition = partition;
    result.offset = offset;
    result.value = *value;
    result.owner =
        Message::Owner(value.release(), [](void* text) { delete static_cast<std::string*>(text); });
    return result;
  }

  SourceListener* listener_ = nullptr;
  std::map<Partition, std::int64_t> reading_;
  std::set<Partition> stuck_;
  bool paused_ = false;
};

/// A database in memory that keeps what it promises, except where `trouble` throws.
class MemorySink : public EventSink {
 public:
  std::vector<Position> claim(std::span<const Partition> partitions,
                              const FirstOffset& first) override {
    ++claims;
    if (trouble) trouble("claim");
    std::vector<Position> result;
    for (const Partition partition : partitions) {
      const auto [at, fresh] = positions.try_emplace(partition, Position{partition, 0, 0});
      if (fresh) at->second.next = first(partition);
      ++at->second.epoch;
      result.push_back(at->second);
    }
    return result;
  }
  void release(std::span<const Position> released) noexcept override {
    if (!released.empty()) ++releases;
  }
  Stored store(Batch& batch) override {
    if (trouble) trouble("store");
    for (const Progress& step : batch.progress) {
      const Position& position = positions.at(step.partition);
      if (position.epoch != step.epoch || position.next != step.from) {
        throw SinkError(Failure::kFenced, "fenced");
      }
    }
    for (const Progress& step : batch.progress) positions.at(step.partition).next = step.to;
    Stored stored;
    for (const Message& message : batch.messages) {
      offsets[message.partition].push_back(message.offset);
      ++stored.rows[static_cast<std::size_t>(message.partition.topic)];
    }
    gaps.insert(gaps.end(), batch.gaps.begin(), batch.gaps.end());
    batches.push_back(batch.messages.size());
    ++batches_stored;
    return stored;
  }
  void skip(const Position& position, std::int64_t to) override {
    if (trouble) trouble("skip");
    gaps.push_back({position.partition, position.next, to});
    positions.at(position.partition).next = to;
  }
  void interrupt() noexcept override { interrupted = true; }

  std::function<void(std::string_view)> trouble;
  std::map<Partition, Position> positions;
  std::map<Partition, std::vector<std::int64_t>> offsets;
  std::vector<std::size_t> batches;
  std::atomic<std::size_t> batches_stored = 0;  // while the ingestor runs, which stores beside us
  std::vector<Gap> gaps;
  int claims = 0, releases = 0;
  std::atomic<bool> interrupted = false;
};

class IngestorTest : public testing::Test {
 protected:
  IngestorTest() {
    options.limits.age = 1h;
    options.handover = 2s;
    source.logs[kP0].high = 9;
    source.logs[kP1].high = 5;
    source.steps.push_back(ScriptedSource::assign({kP0, kP1}));
  }
  std::string run() {
    return Ingestor(source, sink, metrics, options).run(source.stop.get_token());
  }
  void expect_all_once() {
    EXPECT_THAT(sink.offsets[kP0], ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
    EXPECT_THAT(sink.offsets[kP1], ElementsAre(0, 1, 2, 3, 4));
  }
  [[nodiscard]] bool has_metric(const std::string& line) const {
    return metrics.text().find("\n" + line + "\n") != std::string::npos;
  }

  ScriptedSource source;
  MemorySink sink;
  Metrics metrics;
  IngestOptions options;
};

TEST_F(IngestorTest, StoresWhatItReadInBatches) {
  options.limits.rows = 4;
  EXPECT_EQ(run(), "");
  expect_all_once();
  EXPECT_THAT(sink.batches, ElementsAre(4, 4, 4, 2));
  EXPECT_EQ(source.published[kP0], 9);
  EXPECT_EQ(source.published[kP1], 5);
  EXPECT_EQ(sink.releases, 1);
  EXPECT_TRUE(has_metric(R"(varve_ingest_rows_total{topic="topic"} 14)"));
}

TEST_F(IngestorTest, StartsWhereTheDatabaseSays) {
  sink.positions[kP0] = {kP0, 6, 3};
  source.logs[kP1].low = 2;  // never read before: from what there is
  run();
  EXPECT_THAT(sink.offsets[kP0], ElementsAre(6, 7, 8));
  EXPECT_THAT(sink.offsets[kP1], ElementsAre(2, 3, 4));
  EXPECT_THAT(sink.gaps, IsEmpty());
}

TEST_F(IngestorTest, KeepsABatchOverTransientFailures) {
  options.limits.rows = 4;
  int calls = 0;
  sink.trouble = [&](std::string_view what) {
    if (what == "store" && ++calls <= 2) throw SinkError(Failure::kTransient, "connection lost");
  };
  run();
  expect_all_once();
  EXPECT_TRUE(has_metric("varve_ingest_retries_total 2"));
}

TEST_F(IngestorTest, ClaimsAgainLaterWhereTheDatabaseIsAway) {
  sink.trouble = [&](std::string_view what) {
    if (what == "claim" && sink.claims <= 2) throw SinkError(Failure::kTransient, "no connection");
  };
  source.steps.push_back([](ScriptedSource&) {});
  source.hold = [&] { return sink.claims > 0 && sink.claims < 3; };
  run();
  expect_all_once();
}

TEST_F(IngestorTest, JoinsTheGroupAnewOnceItIsFenced) {
  options.limits.rows = 4;
  bool first = true;
  sink.trouble = [&](std::string_view what) {
    if (what == "store" && std::exchange(first, false)) ++sink.positions.at(kP0).epoch;
  };
  // The outcome of the batch must be seen before the script ends.
  source.hold = [&] { return source.rejoins == 0 && sink.claims > 0; };
  source.steps.push_back([](ScriptedSource&) {});
  run();
  EXPECT_EQ(source.rejoins, 1);
  expect_all_once();
  EXPECT_TRUE(has_metric("varve_ingest_fenced_total 1"));
}

TEST_F(IngestorTest, StoresBeforeItGivesPartitionsBack) {
  source.steps.push_back(ScriptedSource::revoke(false));
  source.steps.push_back([&](ScriptedSource&) {
    expect_all_once();
    EXPECT_EQ(sink.releases, 1);
  });
  run();
  expect_all_once();
}

TEST_F(IngestorTest, StoresNothingOfPartitionsThatItLost) {
  source.steps.push_back(ScriptedSource::revoke(true));
  run();
  EXPECT_THAT(sink.offsets, IsEmpty());
}

TEST_F(IngestorTest, GivesUpOnADatabaseThatHangsWhileTheGroupWaits) {
  options.handover = 50ms;
  sink.trouble = [&](std::string_view what) {
    if (what != "store") return;
    while (!sink.interrupted) std::this_thread::yield();
    throw SinkError(Failure::kTransient, "interrupted");
  };
  source.steps.push_back(ScriptedSource::revoke(false));
  EXPECT_EQ(run(), "");
  EXPECT_THAT(sink.offsets, IsEmpty());
}

TEST_F(IngestorTest, PausesWhileTheDatabaseIsBusyAndPollsOn) {
  options.limits.rows = 4;
  options.patience = 1ms;
  sink.trouble = [&](std::string_view what) {
    if (what == "store") {
      while (source.pauses == 0) std::this_thread::yield();
    }
  };
  source.hold = [&] { return sink.batches_stored < 3 && sink.claims > 0; };
  source.steps.push_back([](ScriptedSource&) {});
  run();
  EXPECT_GE(source.pauses, 1);
  expect_all_once();
}

TEST_F(IngestorTest, TakesHolesOfTheLogForWhatTheyAre) {
  source.logs[kP0].holes = {3, 4};  // markers of a transaction
  run();
  EXPECT_THAT(sink.offsets[kP0], ElementsAre(0, 1, 2, 5, 6, 7, 8));
  EXPECT_THAT(sink.gaps, IsEmpty());
}

TEST_F(IngestorTest, RecordsWhatTheBrokerHasLost) {
  sink.positions[kP0] = {kP0, 1, 1};
  source.logs[kP0].low = 5;
  run();
  EXPECT_THAT(sink.offsets[kP0], ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(sink.offsets[kP1], ElementsAre(0, 1, 2, 3, 4));
  ASSERT_EQ(sink.gaps.size(), 1U);
  EXPECT_EQ(sink.gaps[0].from, 1);
  EXPECT_EQ(sink.gaps[0].to, 5);
  EXPECT_TRUE(has_metric("varve_ingest_missing_offsets_total 4"));
}

TEST_F(IngestorTest, ReadsATopicThatWasMadeAnewFromItsBeginning) {
  sink.positions[kP0] = {kP0, 100, 1};
  run();
  expect_all_once();
  ASSERT_EQ(sink.gaps.size(), 1U);
  EXPECT_EQ(sink.gaps[0].from, 100);
}

TEST_F(IngestorTest, StopsAtAGapWhereThatIsAskedFor) {
  options.stop_on_gap = true;
  sink.positions[kP0] = {kP0, 1, 1};
  source.logs[kP0].low = 5;
  EXPECT_NE(run(), "");
  EXPECT_THAT(sink.offsets[kP0], IsEmpty());
  EXPECT_EQ(sink.positions.at(kP0).next, 1);
}

TEST_F(IngestorTest, IgnoresMessagesOfPartitionsThatAreNotItsOwn) {
  source.steps.front() = ScriptedSource::assign({kP1});
  source.steps.push_back([](ScriptedSource& s) {
    const Position stray{kP0, 0, 0};
    const Position own{kP1, 0, 0};  // read again from the start: all of it was seen
    s.start(std::vector{stray, own});
  });
  run();
  EXPECT_THAT(sink.offsets[kP0], IsEmpty());
  EXPECT_THAT(sink.offsets[kP1], ElementsAre(0, 1, 2, 3, 4));
}

}  // namespace
}  // namespace varve::ingest
