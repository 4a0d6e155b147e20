// What cannot be stored, or cannot be read: dead letters and gaps. Neither stops anybody else.
#include "platform/base/json.h"

#include "test/ingest/fixture.h"

namespace varve::ingest::test {
namespace {

class BadInput : public IngestTest {
 protected:
  std::string letters() {
    return text(
        "SELECT string_agg(format('%s %s %s', error_code, coalesce(error_field, '-'), status), '; '"
        " ORDER BY part, kafka_offset) FROM ingest.dead_letters");
  }
};

TEST_F(BadInput, BecomesDeadLettersWithCodeAndField) {
  broker_->publish(Kind::kCustomer, "k\xff", "not json", 0, "acme");
  broker_->publish(Kind::kCustomer, "k", R"({"customerId":"x"})", 0);
  broker_->publish(Kind::kCustomer, "k", event(Kind::kCustomer, 1), 0, "acme");
  broker_->publish(Kind::kCustomer, "k", event(Kind::kCustomer, 2, R"(,"schemaVersion":2)"), 0);
  broker_->publish(Kind::kCustomer, "k", event(Kind::kCustomer, 3, R"(,"tenantId":"A B")"), 0);
  broker_->publish(Kind::kCustomer, "k", "", 0);
  broker_->publish(Kind::kCustomer, "k", event(Kind::kCustomer, 4), 0);
  broker_->flush();
  Member member(source_options(), sink_options());
  ASSERT_TRUE(stored_up_to(7));
  member.stop();
  EXPECT_EQ(letters(),
            "malformed_json - open; invalid_format customerId open; "
            "unsupported_version schemaVersion open; invalid_format tenantId open; "
            "empty_value - open");
  EXPECT_EQ(text("SELECT format('%s %s %s', key, value, headers) FROM ingest.dead_letters"
                 " ORDER BY id LIMIT 1"),
            R"(\x6bff \x6e6f74206a736f6e {"tenant": "acme"})");
  EXPECT_EQ(text("SELECT string_agg(tenant_id, ' ' ORDER BY event_id) FROM customer_metrics"),
            "acme default");
}

TEST_F(BadInput, IsFoundAmongGoodRowsThatTheDatabaseTakes) {
  db().script("ALTER TABLE order_metrics ADD CONSTRAINT small CHECK (total_amount < 1000)");
  for (int i = 0; i < 300; ++i) {
    const bool bad = i == 0 || i == 137 || i == 138 || i == 299;
    broker_->publish(Kind::kOrder, "k", event(Kind::kOrder, i, bad ? R"(,"totalAmount":1000)" : ""),
                     0);
    broker_->publish(Kind::kPayment, "k", event(Kind::kPayment, 1000 + i), 0);
  }
  broker_->flush();
  Member member(source_options(), sink_options());
  ASSERT_TRUE(stored_up_to(600));
  member.stop();
  EXPECT_EQ(letters(),
            "database_23514 small open; database_23514 small open; database_23514 small open; "
            "database_23514 small open");
  EXPECT_EQ(text("SELECT string_agg(kafka_offset::text, ' ' ORDER BY id) FROM ingest.dead_letters"),
            "0 137 138 299");
  EXPECT_EQ(number("SELECT count(*) FROM order_metrics"), 296);
  EXPECT_EQ(number("SELECT count(*) FROM payment_metrics"), 300);
}

TEST_F(BadInput, OfTheSchemaIsNeverABadEvent) {
  db().script("ALTER TABLE system_metrics RENAME TO elsewhere");
  publish_events(100);
  Member member(source_options(), sink_options());
  ASSERT_TRUE(eventually([&] { return member.metric("varve_ingest_ready") == 0; }));
  EXPECT_EQ(positions_sum(), 0);
  db().script("ALTER TABLE elsewhere RENAME TO system_metrics");
  ASSERT_TRUE(stored_up_to(published_));
  EXPECT_TRUE(eventually([&] { return member.metric("varve_ingest_ready") == 1; }));
  member.stop();
  EXPECT_EQ(number("SELECT count(*) FROM ingest.dead_letters"), 0);
}

TEST_F(BadInput, OffsetsThatTheBrokerLostAreRecordedAndSkipped) {
  {
    Member member(source_options(), sink_options());
    broker_->publish(Kind::kSystem, "k", event(Kind::kSystem, 1), 0);
    broker_->flush();
    ASSERT_TRUE(stored_up_to(1));
  }
  for (int i = 2; i < 50; ++i) broker_->publish(Kind::kSystem, "k", event(Kind::kSystem, i), 0);
  broker_->flush();
  broker_->expire(Kind::kSystem, 0);
  broker_->publish(Kind::kSystem, "k", event(Kind::kSystem, 50), 0);
  broker_->publish(Kind::kCustomer, "k", event(Kind::kCustomer, 51), 0);
  broker_->flush();
  Member member(source_options(), sink_options());
  ASSERT_TRUE(eventually([&] {
    return number("SELECT count(*) FROM system_metrics") == 2 &&
           number("SELECT count(*) FROM customer_metrics") == 1;
  }));
  EXPECT_EQ(member.metric("varve_ingest_offset_gap_total"), 1);
  EXPECT_GE(member.metric("varve_ingest_missing_offsets_total"), 48);
  member.stop();
  EXPECT_EQ(
      text("SELECT format('%s %s %s', count(*), min(from_offset), min(cause)) FROM ingest.gaps"),
      "1 1 expired");
}

TEST_F(BadInput, OffsetsThatTheBrokerLostStopWhoAsksForThat) {
  IngestOptions options;
  options.stop_on_gap = true;
  {
    Member member(source_options(), sink_options(), options);
    broker_->publish(Kind::kSystem, "k", event(Kind::kSystem, 1), 0);
    broker_->flush();
    ASSERT_TRUE(stored_up_to(1));
    EXPECT_EQ(member.stop(), "");
  }
  for (int i = 2; i < 50; ++i) broker_->publish(Kind::kSystem, "k", event(Kind::kSystem, i), 0);
  broker_->expire(Kind::kSystem, 0);
  Process process(conninfo_, *broker_, name_, {"ingest.on_gap=stop"});
  EXPECT_EQ(process.wait(), 1);
  EXPECT_EQ(number("SELECT count(*) FROM ingest.gaps"), 0);
  EXPECT_EQ(positions_sum(), 1);
}

TEST_F(BadInput, TopicsMadeAnewAreReadFromTheirBeginning) {
  if (Broker::is_real()) GTEST_SKIP() << "the development broker forgets everything at its end";
  publish_events(400);
  {
    Member member(source_options(), sink_options());
    ASSERT_TRUE(stored_up_to(400));
  }
  broker_->recreate();
  publish_events(40, 400);
  Member member(source_options(), sink_options());
  ASSERT_TRUE(eventually([&] {
    return number("SELECT count(*) FROM customer_metrics") == 110 &&
           number("SELECT count(*) FROM system_metrics") == 110;
  }));
  member.stop();
  EXPECT_EQ(text("SELECT string_agg(DISTINCT cause, ' ') FROM ingest.gaps"), "recreated");
}

}  // namespace
}  // namespace varve::ingest::test
