#include <fstream>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "platform/ingest/decoder.h"

namespace varve::ingest {
namespace {

Kind kind_of(std::string_view name) {
  if (name == "customer") return Kind::kCustomer;
  if (name == "order") return Kind::kOrder;
  return name == "payment" ? Kind::kPayment : Kind::kSystem;
}

std::string verdict(Decoder& decoder, Kind kind, std::string_view event) {
  try {
    decoder.decode(kind, event, {"topic", 0, 0, std::nullopt},
                   *parse_date_time("2026-11-25T09:00:00Z"));
  } catch (const Rejection& rejection) {
    return rejection.code() + (rejection.field().empty() ? "" : " " + rejection.field());
  }
  return "";
}

// test/ingest/schemas.test.mjs asks the JSON Schemas the same: whoever agrees with the corpus
// agrees with each other.
TEST(Corpus, TheDecoderAgrees) {
  simdjson::dom::parser parser;
  Decoder decoder{Acceptance{}};
  std::size_t cases = 0;
  for (const simdjson::dom::element entry :
       parser.load(VARVE_SOURCE "/test/ingest/events.json").get_array()) {
    std::string_view rejected;
    if (entry["rejected"].get(rejected)) rejected = "";
    const std::string event = simdjson::minify(entry["event"]);
    EXPECT_EQ(verdict(decoder, kind_of(entry["kind"]), event), rejected)
        << std::string_view(entry["why"]) << ": " << event;
    ++cases;
  }
  EXPECT_GT(cases, 200U);
}

}  // namespace
}  // namespace varve::ingest
