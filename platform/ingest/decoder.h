#pragma once

#include <cstdint>
#include <memory>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <variant>

#include "platform/ingest/event.h"
#include "platform/ingest/rejection.h"

namespace varve::ingest {

/// Where an event was read, and what the broker said of it beside its value.
struct Origin {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  Text tenant;  // the header of that name
};

/// What is accepted beyond the form of an event.
struct Acceptance {
  std::string default_tenant = "default";
  std::chrono::microseconds greatest_age = std::chrono::years(10);
  std::chrono::microseconds greatest_lead = std::chrono::minutes(10);
};

using Event = std::variant<CustomerEvent, OrderEvent, PaymentEvent, SystemEvent>;

/// Reads events from JSON, as docs/events.md and schemas/ define them. A value that starts with a
/// zero byte is taken for JSON behind the five bytes of Confluent's schema registry. Not
/// thread-safe: it reuses its buffers, so that decoding allocates nothing once they have grown.
class Decoder {
 public:
  explicit Decoder(Acceptance acceptance);

  /// The event, valid until the next call. Throws Rejection.
  const Event& decode(Kind kind, std::string_view value, const Origin& origin, Instant now);

 private:
  template <class Form>
  void read(Form& event, std::string_view value);
  void complete(Envelope& envelope, const Origin& origin, Instant now) const;
  simdjson::padded_string_view padded(std::string_view value);

  Acceptance acceptance_;
  simdjson::ondemand::parser parser_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  Event event_;
};

/// The id of an event that brings none: the same each time this offset is read.
Uuid offset_uuid(std::string_view topic, std::int32_t partition, std::int64_t offset);

}  // namespace varve::ingest
