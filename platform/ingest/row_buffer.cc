#include "platform/ingest/row_buffer.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

namespace varve::ingest {
namespace {

using namespace std::chrono_literals;

// PostgreSQL counts microseconds from 2000-01-01.
constexpr Instant kPostgresEpoch = std::chrono::sys_days(2000y / 1 / 1);
constexpr std::size_t kFirstCapacity = std::size_t{64} * 1024;

/// Writes `value` with its most significant byte first; gives the place behind it.
template <class Integer>
char* put(char* at, Integer value) {
  auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
  for (std::size_t i = sizeof value; i-- > 0;) {
    at[i] = static_cast<char>(bits & 0xff);
    if constexpr (sizeof value > 1) bits = static_cast<decltype(bits)>(bits >> 8);
  }
  return at + sizeof value;
}

char* put_length(char* at, std::size_t bytes) { return put(at, static_cast<std::int32_t>(bytes)); }

}  // namespace

char* RowBuffer::grow(std::size_t bytes) {
  if (capacity_ - size_ < bytes) {
    capacity_ = std::max({kFirstCapacity, 2 * capacity_, size_ + bytes});
    std::unique_ptr<char[]> wider(new char[capacity_]);  // make_unique would zero it
    if (size_ > 0) std::memcpy(wider.get(), data_.get(), size_);
    data_ = std::move(wider);
  }
  char* const at = data_.get() + size_;
  size_ += bytes;
  return at;
}

void RowBuffer::begin(std::int16_t columns) { put(grow(2), columns); }
void RowBuffer::null() { put(grow(4), std::int32_t{-1}); }
void RowBuffer::integer(std::int32_t value) { put(put_length(grow(8), 4), value); }
void RowBuffer::bigint(std::int64_t value) { put(put_length(grow(12), 8), value); }
void RowBuffer::float8(double value) { bigint(std::bit_cast<std::int64_t>(value)); }
void RowBuffer::timestamptz(Instant value) { bigint((value - kPostgresEpoch).count()); }

void RowBuffer::uuid(const Uuid& value) {
  std::memcpy(put_length(grow(4 + value.size()), value.size()), value.data(), value.size());
}

void RowBuffer::bytes(std::string_view value) {
  char* const at = put_length(grow(4 + value.size()), value.size());
  if (!value.empty()) std::memcpy(at, value.data(), value.size());
}

void RowBuffer::jsonb(std::string_view json) {
  char* const at = put_length(grow(5 + json.size()), json.size() + 1);
  *at = 1;  // the version of the format
  std::memcpy(at + 1, json.data(), json.size());
}

void RowBuffer::numeric(const Numeric& value) {
  constexpr std::int16_t kNegative = 0x4000;
  const std::size_t bytes = 8 + 2 * std::size_t{value.count};
  char* at = put_length(grow(4 + bytes), bytes);
  at = put(at, std::int16_t{value.count});
  at = put(at, value.weight);
  at = put(at, value.negative ? kNegative : std::int16_t{0});
  at = put(at, value.scale);
  for (std::size_t i = 0; i < value.count; ++i) at = put(at, value.digits[i]);
}

void RowBuffer::end(std::uint32_t message) {
  ends_.push_back(size_);
  messages_.push_back(message);
}

std::string_view RowBuffer::range(std::size_t first, std::size_t last) const {
  const std::size_t begin = first == 0 ? 0 : ends_[first - 1];
  const std::size_t end = last == 0 ? 0 : ends_[last - 1];
  return {data_.get() + begin, end - begin};
}

void RowBuffer::clear() {
  size_ = 0;
  ends_.clear();
  messages_.clear();
}

}  // namespace varve::ingest
