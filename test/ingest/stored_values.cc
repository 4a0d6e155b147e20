// What arrives in the tables is what was sent, to the last digit.
#include "platform/ingest/row_buffer.h"
#include "platform/ingest/statement_run.h"

#include "test/ingest/fixture.h"

namespace varve::ingest::test {
namespace {

class StoredValues : public IngestTest {};

TEST_F(StoredValues, EveryColumnOfEveryTable) {
  const std::string ids =
      R"("customerId":"550e8400-e29b-41d4-a716-446655440000","orderId":"550e8400-e29b-41d4-a716-446655440001",)";
  const std::string common =
      R"("timestamp":1795597200.5,"tenantId":"acme","labels":{"b":1.0,"a":[null,"\u00fc"]},)"
      R"("eventId":"0192f3a4-0000-7fff-8abc-ffeeddccbbaa"})";
  broker_->publish(Kind::kCustomer, "k",
                   "{" + ids + R"("metricName":"m","metricValue":-0.1,)" + common);
  broker_->publish(
      Kind::kOrder, "k",
      "{" + ids + R"("status":"PAID","totalAmount":12345678901234567.8901,)" +
          R"("currency":"EUR","itemsCount":3,"discountAmount":"0.00","profit":-1e-3,)" + common);
  broker_->publish(Kind::kPayment, "k",
                   "{" + ids +
                       R"("paymentId":"550e8400-e29b-41d4-a716-446655440002","amount":"99.90",)" +
                       R"("status":"FAILED","fraudScore":99.5,"paymentMethod":"card",)" +
                       R"("region":"EU","country":"DE",)" + common);
  broker_->publish(
      Kind::kSystem, "k",
      R"({"serviceName":"s","cpuUsage":100,"latencyP99":12.25,"instance":"i-1",)" + common);
  broker_->flush();
  IngestOptions options;
  options.acceptance.greatest_lead = std::chrono::years(100);
  options.acceptance.greatest_age = std::chrono::years(100);
  Member member(source_options(), sink_options(), options);
  ASSERT_TRUE(stored_up_to(4));
  member.stop();
  db().script("SET timezone = 'UTC'");
  const std::string tail =
      R"("{""a"": [null, ""ü""], ""b"": 1.0}",0192f3a4-0000-7fff-8abc-ffeeddccbbaa,acme))";
  const std::string time = "(\"2026-11-25 09:00:00.5+00\",";
  const std::string customer = "550e8400-e29b-41d4-a716-446655440000,";
  const std::string order = "550e8400-e29b-41d4-a716-446655440001,";
  EXPECT_EQ(text("SELECT t::text FROM customer_metrics t"), time + customer + "m,-0.1," + tail);
  EXPECT_EQ(text("SELECT t::text FROM order_metrics t"),
            time + order + customer + "PAID,12345678901234567.8901,EUR,,3,0.00,-0.001," + tail);
  EXPECT_EQ(text("SELECT t::text FROM payment_metrics t"),
            time + "550e8400-e29b-41d4-a716-446655440002," + order + customer +
                "99.90,FAILED,card,99.5,,EU,DE," + tail);
  EXPECT_EQ(text("SELECT t::text FROM system_metrics t"), time + "s,100,,,,12.25,i-1," + tail);
  EXPECT_EQ(text("SELECT format('%s %s %s %s %s', region, revenue, profit, orders_count, order_id)"
                 " FROM revenue_metrics"),
            "unknown 12345678901234567.8901 -0.001 1 550e8400-e29b-41d4-a716-446655440001");
}

TEST_F(StoredValues, NumericIsWhatTheServerReadsFromTheSameText) {
  std::vector<std::string> texts = {"0",    "-0",     "0.000",  "1e3",     "1E-7",  "1.50",
                                    "-9.9", "100e-2", "0.0001", "0.00010", "10000", "99999999"};
  for (int i = 1; i < 40; ++i) {
    texts.push_back(std::string(static_cast<std::size_t>(i), '9') + ".0" + std::to_string(i));
    texts.push_back("-1" + std::string(static_cast<std::size_t>(i), '0') + "e-" +
                    std::to_string(2 * i));
    texts.push_back("12345.678e" + std::to_string(i - 20));
  }
  RowBuffer rows;
  for (const std::string& each : texts) {
    rows.begin(2);
    rows.bytes(each);
    rows.numeric(*parse_numeric(each));
    rows.end(0);
  }
  StatementRun run(db());
  run.add("CREATE TEMPORARY TABLE n (source text, value numeric)");
  run.copy("COPY n FROM STDIN (FORMAT binary)", rows.range(0, rows.rows()));
  EXPECT_EQ(run.flush().back(), std::ssize(texts));
  EXPECT_EQ(text("SELECT coalesce(string_agg(source, ' '), '') FROM n"
                 " WHERE source::numeric::text <> value::text"),
            "");
}

TEST_F(StoredValues, AreAnnouncedToWhoListens) {
  db().script("LISTEN varve_events");
  broker_->publish(Kind::kSystem, "k", event(Kind::kSystem, 1), 0);
  broker_->publish(Kind::kSystem, "k", event(Kind::kSystem, 2), 0);
  broker_->publish(Kind::kSystem, "k", "poison", 0);
  broker_->flush();
  Member member(source_options(), sink_options());
  const auto notification = db().wait_notification(20s);
  ASSERT_TRUE(notification);
  EXPECT_EQ(notification->channel, "varve_events");
  EXPECT_TRUE(notification->payload.starts_with("{\"topic\":\"" + broker_->topics()[3] +
                                                R"(","rows":2,"deadLetters":1,"maxTime":"20)"))
      << notification->payload;
}

}  // namespace
}  // namespace varve::ingest::test
