#include "platform/ingest/decoder.h"

#include <gtest/gtest.h>

namespace varve::ingest {
namespace {

using namespace std::chrono_literals;

const Instant kNow = *parse_date_time("2026-11-25T09:00:00Z");
const Origin kOrigin{"bss.customer.metrics", 2, 41, std::nullopt};

/// "code field" of the rejection, or "" for an event that is accepted.
std::string verdict(Decoder& decoder, Kind kind, std::string_view value,
                    const Origin& origin = kOrigin) {
  try {
    decoder.decode(kind, value, origin, kNow);
  } catch (const Rejection& rejection) {
    return rejection.code() + (rejection.field().empty() ? "" : " " + rejection.field());
  }
  return "";
}

std::string customer(std::string_view more) {
  return R"({"customerId":"550e8400-e29b-41d4-a716-446655440000","metricName":"login_count",)"
         R"("metricValue":1.0,"timestamp":"2026-11-25T08:59:00.123Z")" +
         std::string(more) + "}";
}

TEST(Decoder, ReadsAnOrder) {
  Decoder decoder{Acceptance{}};
  const auto& order = std::get<OrderEvent>(
      decoder.decode(Kind::kOrder,
                     R"({"orderId":"550e8400-e29b-41d4-a716-446655440001","timestamp":1795597200.5,
          "customerId":"550e8400-e29b-41d4-a716-446655440000","status":"PAID",
          "totalAmount":12345678901234567.8901,"profit":"-1.50","region":"Z\u00fcrich",
          "itemsCount":3,"labels": {"a" : [1, "x"]} ,"eventId":null,"unknown":{"x":[true]}})",
                     kOrigin, kNow));
  EXPECT_EQ(order.order_id, parse_uuid("550e8400-e29b-41d4-a716-446655440001"));
  EXPECT_EQ(order.time, *parse_date_time("2026-11-25T09:00:00.5Z"));
  EXPECT_EQ(order.status, "PAID");
  EXPECT_EQ(order.total_amount.scale, 4);
  EXPECT_EQ(order.total_amount.digits[5], 8901);
  EXPECT_TRUE(order.profit->negative);
  EXPECT_EQ(order.region, "Z\xc3\xbcrich");
  EXPECT_EQ(order.items_count, 3);
  EXPECT_EQ(order.labels, R"({"a" : [1, "x"]})");
  EXPECT_EQ(order.currency, std::nullopt);
  EXPECT_EQ(order.tenant, "default");
  EXPECT_EQ(order.event_id, offset_uuid("bss.customer.metrics", 2, 41));
}

TEST(Decoder, TakesTheTenantFromFieldThenHeaderThenSettings) {
  Decoder decoder{Acceptance{.default_tenant = "settings"}};
  Origin origin = kOrigin;
  const auto tenant = [&](std::string_view more) {
    const std::string value = customer(more);
    return std::string(
        *std::get<CustomerEvent>(decoder.decode(Kind::kCustomer, value, origin, kNow)).tenant);
  };
  EXPECT_EQ(tenant(""), "settings");
  origin.tenant = "header";
  EXPECT_EQ(tenant(""), "header");
  EXPECT_EQ(tenant(R"(,"tenantId":"field")"), "field");
  EXPECT_EQ(tenant(R"(,"tenantId":null)"), "header");
  origin.tenant = "Not Valid";
  EXPECT_EQ(verdict(decoder, Kind::kCustomer, customer(""), origin), "invalid_format tenantId");
}

TEST(Decoder, GivesAnEventWithoutIdOneOfItsOffset) {
  EXPECT_EQ(offset_uuid("t", 1, 2), offset_uuid("t", 1, 2));
  EXPECT_NE(offset_uuid("t", 1, 2), offset_uuid("t", 1, 3));
  EXPECT_NE(offset_uuid("t", 1, 2), offset_uuid("t", 2, 2));
  EXPECT_NE(offset_uuid("t", 1, 2), offset_uuid("u", 1, 2));
}

TEST(Decoder, SkipsTheFrameOfASchemaRegistry) {
  Decoder decoder{Acceptance{}};
  const std::string frame("\0\0\0\0\7", 5);
  EXPECT_EQ(verdict(decoder, Kind::kCustomer, frame + customer("")), "");
  EXPECT_EQ(verdict(decoder, Kind::kCustomer, frame), "empty_value");
  EXPECT_EQ(verdict(decoder, Kind::kCustomer, frame.substr(0, 2)), "empty_value");
}

TEST(Decoder, RefusesWhatIsNotOneJsonObject) {
  Decoder decoder{Acceptance{}};
  EXPECT_EQ(verdict(decoder, Kind::kCustomer, ""), "empty_value");
  for (const std::string& value :
       {std::string("{"), std::string("not json"), std::string("[]"), std::string("null"),
        std::string("17"), std::string("\"x\""), customer("") + "{}", customer("") + "x",
        customer(","), customer(R"(,"x")"),
        customer(R"(,"region":")"
                 "\xff\""),
        customer(R"(,"x":tru)"), customer(R"(,"x":[1,])"), customer(R"(,"x":01)"),
        customer(R"(,"x":"\ud800")")}) {
    EXPECT_EQ(verdict(decoder, Kind::kCustomer, value).substr(0, 14), "malformed_json") << value;
  }
}

TEST(Decoder, RefusesLabelsThatJsonbCannotHold) {
  Decoder decoder{Acceptance{}};
  const auto labels = [&](const std::string& object) {
    return verdict(decoder, Kind::kCustomer, customer(",\"labels\":" + object));
  };
  EXPECT_EQ(labels("{}"), "");
  EXPECT_EQ(labels(R"({"a":{"b":[1.5e3,null,true,"\u00fc"]}})"), "");
  EXPECT_EQ(labels(R"({"a":"\u0000"})"), "invalid_format labels");
  EXPECT_EQ(labels(R"({"\u0000":1})"), "invalid_format labels");
  EXPECT_EQ(labels(R"({"a":1e9999})"), "malformed_json labels");
  EXPECT_EQ(labels(R"({"a":nul})"), "malformed_json labels");
  EXPECT_EQ(labels(R"({"a":"\ud800"})"), "malformed_json labels");
  EXPECT_EQ(labels(R"({"a":)" + std::string(100, '[') + std::string(100, ']') + "}"),
            "too_large labels");
  EXPECT_EQ(labels(R"({"a":")" + std::string(4089, 'x') + "\"}"), "too_large labels");
  EXPECT_EQ(labels(R"({"a":")" + std::string(4088, 'x') + "\"}"), "");
}

TEST(Decoder, RefusesTimesBeyondWhatIsKept) {
  Decoder decoder{Acceptance{.greatest_age = 24h, .greatest_lead = 10min}};
  const auto at = [&](const char* time) {
    return verdict(decoder, Kind::kSystem,
                   R"({"serviceName":"s","cpuUsage":1,"timestamp":")" + std::string(time) + "\"}");
  };
  EXPECT_EQ(at("2026-11-24T09:00:00Z"), "");
  EXPECT_EQ(at("2026-11-24T08:59:59Z"), "too_old timestamp");
  EXPECT_EQ(at("2026-11-25T09:10:00Z"), "");
  EXPECT_EQ(at("2026-11-25T09:10:01Z"), "future_timestamp timestamp");
}

TEST(Decoder, LeavesNothingOfAnEventInTheNext) {
  Decoder decoder{Acceptance{}};
  decoder.decode(Kind::kCustomer, customer(R"(,"labels":{"a":1},"tenantId":"acme")"), kOrigin,
                 kNow);
  const auto& next =
      std::get<CustomerEvent>(decoder.decode(Kind::kCustomer, customer(""), kOrigin, kNow));
  EXPECT_EQ(next.labels, std::nullopt);
  EXPECT_EQ(next.tenant, "default");
}

}  // namespace
}  // namespace varve::ingest
