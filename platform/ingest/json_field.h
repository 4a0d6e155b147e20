#pragma once

#include <cstdint>
#include <simdjson.h>
#include <string>
#include <string_view>

#include "platform/ingest/instant.h"
#include "platform/ingest/numeric.h"
#include "platform/ingest/rejection.h"
#include "platform/ingest/uuid.h"

namespace varve::ingest {

using JsonValue = simdjson::ondemand::value;

/// One field of an event while it is read: its name, for messages, and its value, which simdjson
/// lets us take once. Every reader throws Rejection where the value is not what it reads.
class JsonField {
 public:
  JsonField(std::string_view name, JsonValue value) : name_(name), value_(value) {}

  [[nodiscard]] std::string_view name() const { return name_; }
  bool is_null();

  Uuid uuid();
  /// A string of `least` to `most` characters, which are code points as in JSON Schema.
  std::string_view text(std::size_t least, std::size_t most);
  /// A string of `least` to `most` characters out of A-Z and, where `underscore`, _.
  std::string_view upper_case(std::size_t least, std::size_t most, bool underscore);
  /// ^[a-z0-9][a-z0-9_-]{0,62}$
  std::string_view tenant();
  double number();
  double number_between(double least, double most);
  double number_from(double least);
  std::int32_t non_negative_integer();
  /// An amount of money: a number, or a string that holds one, below 10^18 in magnitude.
  Numeric money();
  Numeric non_negative_money();
  Instant timestamp();
  /// An object of up to 32 keys and 4 KiB that PostgreSQL can hold as jsonb; gives its text.
  std::string_view labels();
  void schema_version();
  /// Any value: only that it is well-formed.
  void ignore();

  [[noreturn]] void reject(std::string_view code, const std::string& what) const;

 private:
  /// `error` from reading a value that was expected to be `expected`.
  [[noreturn]] void refuse(simdjson::error_code error, const char* expected) const;
  std::string_view string(const char* expected);
  simdjson::ondemand::json_type type();
  /// A number's characters, of which the grammar has been checked.
  std::string_view number_token();

  std::string_view name_;
  JsonValue value_;
};

bool valid_tenant(std::string_view text);

}  // namespace varve::ingest
