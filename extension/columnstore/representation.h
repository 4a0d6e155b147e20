#pragma once

#include <cstdint>

namespace varve::columnstore {

/// How the values of a type are put into a segment, and come back bit for bit.
enum class Form : std::uint8_t {
  kInteger,   // passed by value: its bits, widened
  kBoolean,   // passed by value: 0 or 1
  kFloat4,    // as doubles; segments of integers (the bits) where a signalling NaN is among them
  kFloat8,    // as doubles
  kNumeric,   // integers of one scale; else fields {integer, scale}; else strings (numeric_image.h)
  kUuid,      // two fields: the halves, big-endian
  kInterval,  // three fields: microseconds, days, months
  kTimetz,    // two fields: microseconds, seconds of the zone
  kFixed,     // by reference, always of the same length: strings
  kVarlena,   // detoasted, without its header: strings
  kCstring,   // without its NUL: strings
};

/// Which order of a segment's values is that of the type's default btree operator class, so that
/// ranges and zones answer comparisons.
enum class Order : std::uint8_t {
  kNone,
  kInteger,
  kDouble,  // NaN above infinity, -0 equal to 0
  kBytes,   // memcmp; of text only for equality unless its collation is C
};

/// What the descriptor of a column states of its values, so that comparisons can be answered
/// without reading them; wider than Order, which also has zones and sorts.
enum class Range : std::uint8_t {
  kNone,
  kInteger,
  kDouble,
  kBytes,       // the first 16 bytes; all of a uuid
  kApproximate  // numeric and interval: doubles between which the values are
};

/// What pg_type says of a type; of a domain, what it says of the type below.
struct TypeFacts {
  std::uint32_t oid;
  std::int16_t length;  // -1 varlena, -2 cstring
  bool by_value;
};

struct Representation {
  Form form;
  Order order;
  bool is_unsigned;     // kInteger: widened with zeros, not with the sign
  std::int16_t length;  // of the type

  bool operator==(const Representation&) const = default;
};

/// Decides for built-in types by their OIDs, which never change; for all others by length and
/// passing alone. Types whose images compare differently from their values (citext, jsonb, arrays,
/// extension types) have no order here.
Representation representation_of(const TypeFacts& type);

Range range_of(const Representation& type);

/// What intervals are compared by, in microseconds: months of 30 days, days of 24 hours. Rounded to
/// the nearest double.
inline double interval_length(std::int64_t microseconds, std::int64_t days, std::int64_t months) {
  __extension__ using Wide = __int128;  // a lifetime of months takes more than 64 bits
  constexpr Wide kDay = 86'400'000'000;
  return static_cast<double>(microseconds + (days + Wide{months} * 30) * kDay);
}

}  // namespace varve::columnstore
