#include "platform/base/copy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <libpq-fe.h>
#include <vector>

namespace varve::database {
namespace {

constexpr std::size_t kSendBytes = std::size_t{64} * 1024;
// PostgreSQL counts microseconds from 2000-01-01.
constexpr TimePoint kPostgresEpoch = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);

template <class Integer>
void append_big_endian(std::string& out, Integer value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<std::make_unsigned_t<Integer>>(value) >> shift);
  }
}

template <class Integer>
std::string big_endian(Integer value) {
  std::string out;
  append_big_endian(out, value);
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// A decimal number taken apart: 0.digits x 10^point.
struct Decimal {
  bool negative = false;
  std::string digits;  // without leading zeros
  int point = 0;       // digits before the decimal point; may be negative or beyond the digits
  int scale = 0;       // digits after the point as written
};

bool take_digits(std::string_view& text, std::string& digits) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  digits.append(text.substr(0, count));
  text.remove_prefix(count);
  return count > 0;
}

/// The exponent behind "e", which `text` must consist of. Nothing where it is malformed.
std::optional<int> exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] != 'e' && text[0] != 'E') return std::nullopt;
  text.remove_prefix(1);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Decimal parse_decimal(std::string_view text) {
  const std::string_view whole = text;
  Decimal decimal;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    decimal.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  bool any = take_digits(text, decimal.digits);
  decimal.point = static_cast<int>(decimal.digits.size());
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    any = take_digits(text, decimal.digits) || any;
    decimal.scale = static_cast<int>(decimal.digits.size()) - decimal.point;
  }
  const auto power = exponent(text);
  if (!any || !power) {
    throw Error("22P02", "invalid input syntax for type numeric: \"" + std::string(whole) + "\"");
  }
  // The limits of numeric: 131072 digits before the point, 16383 after it.
  if (*power > 131'072 || *power < -16'383) throw Error("22003", "value overflows numeric format");
  decimal.point += *power;
  decimal.scale = std::max(0, decimal.scale - *power);
  const std::size_t zeros = std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size());
  decimal.digits.erase(0, zeros);
  decimal.point -= static_cast<int>(zeros);
  if (!decimal.digits.empty() && decimal.point > 131'072)
    throw Error("22003", "value overflows numeric format");
  if (decimal.scale > 16'383) throw Error("22003", "value overflows numeric format");
  return decimal;
}

/// Groups of four decimal digits, the first of which weighs 10000^weight.
std::vector<std::int16_t> base_10000(const Decimal& decimal, int& weight) {
  weight = (decimal.point + 3 + 4 * 40'000) / 4 - 40'000 - 1;  // floor((point - 1) / 4)
  std::string digits =
      std::string(static_cast<std::size_t>((weight + 1) * 4 - decimal.point), '0') + decimal.digits;
  digits.append((4 - digits.size() % 4) % 4, '0');
  std::vector<std::int16_t> groups;
  for (std::size_t i = 0; i < digits.size(); i += 4) {
    int group = 0;
    std::from_chars(digits.data() + i, digits.data() + i + 4, group);
    groups.push_back(static_cast<std::int16_t>(group));
  }
  while (!groups.empty() && groups.back() == 0) groups.pop_back();
  if (groups.empty()) weight = 0;
  return groups;
}

}  // namespace

CopyBuffer::CopyBuffer() {
  bytes_.append("PGCOPY\n\377\r\n\0", 11);
  append_big_endian(bytes_, std::int32_t{0});  // flags
  append_big_endian(bytes_, std::int32_t{0});  // length of the header's extension
}

void CopyBuffer::add_field(std::string_view bytes) {
  append_big_endian(bytes_, static_cast<std::int32_t>(bytes.size()));
  bytes_ += bytes;
}

void CopyBuffer::begin_row(int columns) {
  append_big_endian(bytes_, static_cast<std::int16_t>(columns));
}
void CopyBuffer::add_null() { append_big_endian(bytes_, std::int32_t{-1}); }
void CopyBuffer::add_bool(bool value) { add_field(std::string_view(value ? "\1" : "\0", 1)); }
void CopyBuffer::add_int4(std::int32_t value) { add_field(big_endian(value)); }
void CopyBuffer::add_int8(std::int64_t value) { add_field(big_endian(value)); }
void CopyBuffer::add_float8(double value) {
  add_field(big_endian(std::bit_cast<std::int64_t>(value)));
}
void CopyBuffer::add_text(std::string_view text) { add_field(text); }
void CopyBuffer::add_bytea(std::string_view bytes) { add_field(bytes); }

void CopyBuffer::add_jsonb(std::string_view json) {
  append_big_endian(bytes_, static_cast<std::int32_t>(json.size() + 1));
  bytes_ += '\1';  // the version of jsonb's external format
  bytes_ += json;
}

void CopyBuffer::add_uuid(std::string_view text) {
  std::array<char, 16> uuid{};
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const int value = hex_value(c);
    if (value < 0 || digits == 32) {
      digits = 0;
      break;
    }
    uuid[digits / 2] = static_cast<char>(uuid[digits / 2] << 4 | value);
    ++digits;
  }
  if (digits != 32)
    throw Error("22P02", "invalid input syntax for type uuid: \"" + std::string(text) + "\"");
  add_field({uuid.data(), uuid.size()});
}

void CopyBuffer::add_timestamptz(TimePoint time) { add_int8((time - kPostgresEpoch).count()); }

void CopyBuffer::add_numeric(std::string_view text) {
  const Decimal decimal = parse_decimal(text);
  int weight = 0;
  const auto groups = base_10000(decimal, weight);
  std::string field;
  append_big_endian(field, static_cast<std::int16_t>(groups.size()));
  append_big_endian(field, static_cast<std::int16_t>(weight));
  append_big_endian(field,
                    static_cast<std::int16_t>(decimal.negative && !groups.empty() ? 0x4000 : 0));
  append_big_endian(field, static_cast<std::int16_t>(decimal.scale));
  for (const std::int16_t group : groups) append_big_endian(field, group);
  add_field(field);
}

void CopyBuffer::finish() { append_big_endian(bytes_, std::int16_t{-1}); }

CopyWriter::CopyWriter(Connection& connection, const std::string& copy_statement)
    : connection_(connection) {
  connection_.execute(copy_statement);
}

CopyWriter::~CopyWriter() {
  if (!open_ || !connection_.usable()) return;
  PQputCopyEnd(connection_.raw(), "the client gave up");
  while (PGresult* result = PQgetResult(connection_.raw())) PQclear(result);
}

void CopyWriter::row_done() {
  if (buffer_.bytes().size() >= kSendBytes) send();
}

void CopyWriter::send() {
  const std::string_view bytes = buffer_.bytes();
  if (PQputCopyData(connection_.raw(), bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw Error({}, PQerrorMessage(connection_.raw()));
  }
  buffer_.clear();
}

std::int64_t CopyWriter::finish() {
  buffer_.finish();
  send();
  open_ = false;
  if (PQputCopyEnd(connection_.raw(), nullptr) != 1)
    throw Error({}, PQerrorMessage(connection_.raw()));
  return connection_.take_result().affected();
}

}  // namespace varve::database
