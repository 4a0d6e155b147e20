#include "platform/ingest/json_field.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace varve::ingest {
namespace {

using simdjson::ondemand::json_type;

constexpr std::size_t kMostLabels = 32;
constexpr std::size_t kMostLabelBytes = 4096;
constexpr int kDeepestNesting = 64;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string_view trimmed(std::string_view token) {
  const auto end = token.find_last_not_of(" \t\r\n");
  return token.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & '\xc0') != '\x80'; }));
}

/// What the database cannot hold, or a parser of whole documents would refuse.
struct Unstorable {
  std::string_view code;
  std::string what;
};

void check(simdjson::error_code error) {
  if (error) throw Unstorable{reason::kMalformedJson, simdjson::error_message(error)};
}

void check_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw Unstorable{reason::kInvalidFormat, "a string holds the character U+0000"};
  }
}

void check_value(JsonValue value, int depth);

void check_object(simdjson::ondemand::object object, int depth) {
  for (auto field : object) {
    std::string_view key;
    JsonValue value;
    check(field.unescaped_key().get(key));
    check_text(key);
    check(field.value().get(value));
    check_value(value, depth);
  }
}

void check_array(simdjson::ondemand::array array, int depth) {
  for (auto element : array) {
    JsonValue value;
    check(element.get(value));
    check_value(value, depth);
  }
}

/// simdjson looks only at what is asked of it, so that a value which is kept as text, or ignored,
/// must be walked once to know that it is JSON at all.
void check_value(JsonValue value, int depth) {
  if (depth == kDeepestNesting) throw Unstorable{reason::kTooLarge, "nested too deeply"};
  json_type type{};
  check(value.type().get(type));
  switch (type) {
    case json_type::object: {
      simdjson::ondemand::object object;
      check(value.get_object().get(object));
      return check_object(object, depth + 1);
    }
    case json_type::array: {
      simdjson::ondemand::array array;
      check(value.get_array().get(array));
      return check_array(array, depth + 1);
    }
    case json_type::string: {
      std::string_view text;
      check(value.get_string().get(text));
      return check_text(text);
    }
    case json_type::number:
      if (!parse_numeric(trimmed(value.raw_json_token()))) {
        throw Unstorable{reason::kMalformedJson, "a number is malformed or too long"};
      }
      return;
    case json_type::boolean: {
      bool flag = false;
      return check(value.get_bool().get(flag));
    }
    case json_type::null:
      if (trimmed(value.raw_json_token()) != "null") check(simdjson::N_ATOM_ERROR);
      return;
  }
}

}  // namespace

bool valid_tenant(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_lower_or_digit(text.front()) &&
         std::ranges::all_of(text,
                             [](char c) { return is_lower_or_digit(c) || c == '_' || c == '-'; });
}

void JsonField::reject(std::string_view code, const std::string& what) const {
  throw Rejection(code, name_, std::string(name_) + " " + what);
}

void JsonField::refuse(simdjson::error_code error, const char* expected) const {
  if (error == simdjson::INCORRECT_TYPE) {
    reject(reason::kWrongType, std::string("must be ") + expected);
  }
  reject(reason::kMalformedJson, std::string("is malformed: ") + simdjson::error_message(error));
}

json_type JsonField::type() {
  json_type type{};
  if (const auto error = value_.type().get(type)) refuse(error, "a JSON value");
  return type;
}

bool JsonField::is_null() {
  // raw_json_token() does not consume the value, so that a reader can follow.
  return trimmed(value_.raw_json_token()) == "null";
}

std::string_view JsonField::string(const char* expected) {
  std::string_view text;
  if (const auto error = value_.get_string().get(text)) refuse(error, expected);
  if (text.find('\0') != std::string_view::npos) {
    reject(reason::kInvalidFormat, "holds the character U+0000");
  }
  return text;
}

Uuid JsonField::uuid() {
  const auto uuid = parse_uuid(string("a string"));
  if (!uuid) reject(reason::kInvalidFormat, "must be a UUID");
  return *uuid;
}

std::string_view JsonField::text(std::size_t least, std::size_t most) {
  const auto text = string("a string");
  // Characters are never more than bytes, which spares most texts the count.
  const std::size_t length = text.size() <= most ? text.size() : code_points(text);
  if (length > most) {
    reject(reason::kTooLong, "must not exceed " + std::to_string(most) + " characters");
  }
  if (length < least) reject(reason::kInvalidFormat, "must not be empty");
  return text;
}

std::string_view JsonField::upper_case(std::size_t least, std::size_t most, bool underscore) {
  const auto text = string("a string");
  const bool fits = std::ranges::all_of(
      text, [&](char c) { return (c >= 'A' && c <= 'Z') || (underscore && c == '_'); });
  if (!fits || text.size() < least || text.size() > most) {
    reject(reason::kInvalidFormat,
           "must be " + (least == most ? std::to_string(most) : "1 to " + std::to_string(most)) +
               " upper-case letters");
  }
  return text;
}

std::string_view JsonField::tenant() {
  const auto text = string("a string");
  if (!valid_tenant(text)) {
    reject(reason::kInvalidFormat, "must be 1 to 63 lower-case letters, digits, _ and -");
  }
  return text;
}

std::string_view JsonField::number_token() {
  if (type() != json_type::number) refuse(simdjson::INCORRECT_TYPE, "a number");
  return trimmed(value_.raw_json_token());
}

double JsonField::number() {
  const auto token = number_token();
  double number = 0;
  if (value_.get_double().get(number)) {
    if (parse_numeric(token)) reject(reason::kOutOfRange, "must be a finite number");
    reject(reason::kMalformedJson, "is malformed or too long a number");
  }
  return number;
}

double JsonField::number_between(double least, double most) {
  const double value = number();
  if (value < least || value > most) {
    reject(reason::kOutOfRange, "must be from " + std::to_string(std::lround(least)) + " to " +
                                    std::to_string(std::lround(most)));
  }
  return value;
}

double JsonField::number_from(double least) {
  const double value = number();
  if (value < least) {
    reject(reason::kOutOfRange, "must not be below " + std::to_string(std::lround(least)));
  }
  return value;
}

std::int32_t JsonField::non_negative_integer() {
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  const double value = number();
  if (value != std::floor(value)) reject(reason::kWrongType, "must be an integer");
  if (value < 0 || value > kMost) {
    reject(reason::kOutOfRange, "must be from 0 to " + std::to_string(kMost));
  }
  return static_cast<std::int32_t>(value);
}

Numeric JsonField::money() {
  const auto kind = type();
  if (kind != json_type::number && kind != json_type::string) {
    refuse(simdjson::INCORRECT_TYPE, "a number or a string that holds one");
  }
  const auto token = kind == json_type::number ? number_token() : string("a string");
  const auto amount = parse_numeric(token);
  // An exponent is how programs write a small number, and not how people write money.
  const bool plain = token.find_first_of("eE") == std::string_view::npos;
  if (!amount || (kind == json_type::string && !plain)) {
    reject(kind == json_type::number ? reason::kMalformedJson : reason::kInvalidFormat,
           "must be a decimal number of up to 64 characters");
  }
  Numeric magnitude = *amount;
  magnitude.negative = false;
  if (!below_1e18(magnitude)) reject(reason::kOutOfRange, "must be below 10^18");
  return *amount;
}

Numeric JsonField::non_negative_money() {
  const Numeric amount = money();
  if (amount.negative) reject(reason::kOutOfRange, "must not be negative");
  return amount;
}

Instant JsonField::timestamp() {
  const auto kind = type();
  if (kind != json_type::number && kind != json_type::string) {
    refuse(simdjson::INCORRECT_TYPE, "an RFC 3339 string or a number since the epoch");
  }
  const auto instant =
      kind == json_type::number ? parse_epoch(number_token()) : parse_date_time(string("a string"));
  if (!instant) {
    reject(reason::kInvalidFormat,
           kind == json_type::number ? "must be seconds or milliseconds since 1970"
                                     : "must be RFC 3339 with a zone, as 2026-11-22T13:05:00.123Z");
  }
  return *instant;
}

std::string_view JsonField::labels() {
  if (type() != json_type::object) refuse(simdjson::INCORRECT_TYPE, "an object");
  simdjson::ondemand::object object;
  std::string_view raw;
  std::size_t keys = 0;
  if (const auto error = value_.get_object().get(object)) refuse(error, "an object");
  if (const auto error = object.count_fields().get(keys)) refuse(error, "an object");
  if (const auto error = object.raw_json().get(raw)) refuse(error, "an object");
  raw = trimmed(raw);
  if (keys > kMostLabels) reject(reason::kTooLarge, "must not have more than 32 keys");
  if (raw.size() > kMostLabelBytes) reject(reason::kTooLarge, "must not exceed 4096 bytes");
  if (const auto error = object.reset().error()) refuse(error, "an object");
  try {
    check_object(object, 0);
  } catch (const Unstorable& problem) {
    reject(problem.code, "cannot be stored: " + problem.what);
  }
  return raw;
}

void JsonField::schema_version() {
  if (number() != 1) reject(reason::kUnsupportedVersion, "must be 1");
}

void JsonField::ignore() {
  try {
    check_value(value_, 0);
  } catch (const Unstorable& problem) {
    // Nobody stores it: only broken JSON matters here.
    if (problem.code != reason::kInvalidFormat) reject(problem.code, problem.what);
  }
}

}  // namespace varve::ingest
