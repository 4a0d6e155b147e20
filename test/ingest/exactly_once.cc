// What nothing may break: each event is stored once. Every test counts the events that it published
// against the rows of all four tables.
#include <atomic>
#include <csignal>
#include <cstdlib>

#include "test/ingest/fixture.h"

namespace varve::ingest::test {
namespace {

class ExactlyOnce : public IngestTest {
 protected:
  std::int64_t rows() {
    return number(
        "SELECT sum(n)::bigint FROM (SELECT count(*) n FROM customer_metrics UNION ALL"
        " SELECT count(*) FROM order_metrics UNION ALL SELECT count(*) FROM payment_metrics"
        " UNION ALL SELECT count(*) FROM system_metrics) t");
  }
  std::int64_t distinct_events() {
    return number(
        "SELECT count(DISTINCT event_id) FROM (SELECT event_id FROM customer_metrics UNION ALL"
        " SELECT event_id FROM order_metrics UNION ALL SELECT event_id FROM payment_metrics"
        " UNION ALL SELECT event_id FROM system_metrics) t");
  }
  void expect_each_once() {
    EXPECT_EQ(rows(), published_);
    EXPECT_EQ(distinct_events(), published_);
    EXPECT_EQ(number("SELECT count(*) FROM ingest.dead_letters"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM ingest.gaps"), 0);
  }
};

TEST_F(ExactlyOnce, SurvivesThreeKillsDuringProduction) {
  constexpr int kEvents = 30'000;
  constexpr int kRounds = 4;
  std::atomic<int> allowed = 1;
  // A quarter of the events between one kill and the next.
  std::jthread producer([&] {
    for (int round = 0; round < kRounds; ++round) {
      eventually([&] { return allowed > round; });
      publish_events(kEvents / kRounds, round * kEvents / kRounds);
    }
  });
  // Without dedupe a batch that is stored twice would show.
  const std::vector<std::string> settings = {"ingest.dedupe=none", "ingest.batch_rows=500"};
  for (int kill = 0; kill < 3; ++kill) {
    Process process(conninfo_, *broker_, name_, settings);
    ASSERT_TRUE(stored_up_to(kill * kEvents / kRounds + 1'000)) << "before kill " << kill;
    process.kill(SIGKILL);
    EXPECT_EQ(process.wait(), -SIGKILL);
    ++allowed;
  }
  Process process(conninfo_, *broker_, name_, settings);
  producer.join();
  ASSERT_TRUE(stored_up_to(kEvents));
  process.kill(SIGTERM);
  EXPECT_EQ(process.wait(), 0);
  expect_each_once();
  EXPECT_EQ(number("SELECT count(*) FROM revenue_metrics"),
            number("SELECT count(*) FROM order_metrics WHERE status = 'PAID'"));
}

TEST_F(ExactlyOnce, StoresWhatWasReadBeforeItStops) {
  IngestOptions options;
  options.limits.age = 1h;  // no batch is due
  Member member(source_options(), sink_options(), options);
  publish_events(100);
  ASSERT_TRUE(eventually([&] { return member.metric("varve_ingest_open_messages") == 100; }));
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(member.stop(), "");
  expect_each_once();
  EXPECT_EQ(number("SELECT count(*) FROM ingest.offsets WHERE owner IS NOT NULL"), 0);
}

TEST_F(ExactlyOnce, FencesAMemberWhosePartitionsWereClaimed) {
  SinkOptions options = sink_options();
  std::atomic<int> calls = 0;
  // Somebody else claims all partitions between the member's BEGIN and its UPDATE, once.
  options.before_advance = [&] {
    if (++calls != 1) return;
    database::Connection::open(conninfo_, "ingest_test")
        .script("UPDATE ingest.offsets SET epoch = epoch + 1");
  };
  publish_events(1000);
  Member member(source_options(), options);
  ASSERT_TRUE(stored_up_to(published_));
  EXPECT_EQ(member.metric("varve_ingest_fenced_total"), 1);
  EXPECT_GE(member.metric("varve_ingest_rebalances_total"), 2) << "it joins the group anew";
  member.stop();
  expect_each_once();
}

TEST_F(ExactlyOnce, EndsAFrozenTransactionOfThePreviousOwner) {
  SinkOptions options = sink_options();
  std::atomic<bool> frozen = false, thaw = false;
  options.before_advance = [&] {
    if (frozen.exchange(true)) return;
    eventually([&] { return thaw.load(); });
  };
  publish_events(1000);
  PostgresSink first(options);
  Batch batch;
  Decoder decoder{Acceptance{}};
  const Partition partition{Kind::kCustomer, 0};
  const auto position = first.claim({&partition, 1}, [](Partition) { return 0; }).at(0);
  Message message;
  message.partition = partition;
  const std::string value = event(Kind::kCustomer, 1'000'000);
  message.value = value;
  batch.add(std::move(message), decoder, broker_->topics()[0],
            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
  batch.advance(position, 1);
  std::jthread zombie([&] { EXPECT_THROW(first.store(batch), SinkError); });
  ASSERT_TRUE(eventually([&] { return frozen.load(); }));

  // The successor need not wait for the zombie's locks, and the zombie stores nothing.
  Member member(source_options(), sink_options());
  ASSERT_TRUE(stored_up_to(published_, 10s));
  thaw = true;
  zombie.join();
  member.stop();
  expect_each_once();
}

TEST_F(ExactlyOnce, SharesPartitionsBetweenMembersThatComeAndGo) {
  Member first(source_options(), sink_options());
  publish_events(5000);
  ASSERT_TRUE(stored_up_to(1000));
  {
    Member second(source_options(), sink_options());
    ASSERT_TRUE(eventually([&] {
      return number("SELECT count(DISTINCT owner) FROM ingest.offsets") == 2;
    })) << "both own partitions";
    publish_events(5000, 5000);
    ASSERT_TRUE(stored_up_to(8000));
    second.stop();
  }
  publish_events(5000, 10'000);
  ASSERT_TRUE(stored_up_to(published_));
  first.stop();
  expect_each_once();
  EXPECT_EQ(first.metric("varve_ingest_fenced_total"), 0);
}

TEST_F(ExactlyOnce, SurvivesARestartOfTheDatabase) {
  const char* restart = std::getenv("VARVE_TEST_RESTART");
  ASSERT_NE(restart, nullptr) << "the suite says how to restart the database";
  SinkOptions options = sink_options();
  options.unique = false;
  std::atomic<int> calls = 0;
  // At once, as in a crash, in the middle of the third transaction.
  options.before_advance = [&] {
    if (++calls != 3) return;
    EXPECT_EQ(std::system(restart), 0);
  };
  IngestOptions ingest;
  ingest.limits.rows = 500;
  publish_events(5000);
  Member member(source_options(), options, ingest);
  ASSERT_TRUE(stored_up_to(published_));
  EXPECT_GE(member.metric("varve_ingest_retries_total"), 1);
  member.stop();
  expect_each_once();
}

TEST_F(ExactlyOnce, TakesACommitForDoneWhoseAnswerWasLost) {
  SinkOptions options = sink_options();
  options.unique = false;
  PostgresSink sink(options);
  Batch batch;
  Decoder decoder{Acceptance{}};
  const Partition partition{Kind::kSystem, 1};
  const auto position = sink.claim({&partition, 1}, [](Partition) { return 7; }).at(0);
  EXPECT_EQ(position.next, 7);
  Message message;
  message.partition = partition;
  const std::string value = event(Kind::kSystem, 1);
  message.value = value;
  batch.add(std::move(message), decoder, broker_->topics()[3],
            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
  batch.advance(position, 8);
  sink.store(batch);
  sink.store(batch);  // as after a connection that was lost between COMMIT and its answer
  EXPECT_EQ(rows(), 1);
}

TEST_F(ExactlyOnce, StoresAnEventThatWasSentTwiceOnce) {
  const std::string twice = event(Kind::kOrder, 1);  // PAID: a row of revenue as well
  for (int i = 0; i < 3; ++i) broker_->publish(Kind::kOrder, "1", twice, i);
  broker_->flush();
  Member member(source_options(), sink_options());
  ASSERT_TRUE(stored_up_to(3));
  broker_->publish(Kind::kOrder, "1", twice, 0);
  broker_->flush();
  ASSERT_TRUE(stored_up_to(4));
  member.stop();
  EXPECT_EQ(number("SELECT count(*) FROM order_metrics"), 1);
  EXPECT_EQ(text("SELECT revenue || ' ' || profit || ' ' || region FROM revenue_metrics"),
            "10.50 2.100 EU");
  EXPECT_EQ(member.metric("varve_ingest_duplicates_total{topic=\"" + broker_->topics()[1]), 3);
}

}  // namespace
}  // namespace varve::ingest::test
