#include "platform/ingest/json_text.h"

#include <gtest/gtest.h>

namespace varve::ingest {
namespace {

using namespace std::string_view_literals;

TEST(HeadersJson, IsWhatJsonbCanHold) {
  const std::vector<Header> headers = {{"tenant", "acme"},
                                       {"quote", "a\"b\n"},
                                       {"binary", "\xff\0"sv},
                                       {"\xfe", "x"},
                                       {"nul", "\0"sv}};
  EXPECT_EQ(headers_json(headers),
            R"({"tenant":"acme","quote":"a\"b\n","binary":{"hex":"ff00"},"hex:fe":"x",)"
            R"("nul":{"hex":"00"}})");
  EXPECT_EQ(headers_json({}), "{}");
}

}  // namespace
}  // namespace varve::ingest
