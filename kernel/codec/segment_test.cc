#include "kernel/codec/segment.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <rapidcheck.h>

#include "kernel/codec/segment_reading.h"
#include "kernel/codec/shapes.h"

namespace varve::codec {
namespace {

using shapes::Random;

/// Rows and which of them are null.
struct Pattern {
  const char* name;
  bool (*valid)(Random& random, std::size_t row);
};
constexpr Pattern kPatterns[] = {
    {"no nulls", [](Random&, std::size_t) { return true; }},
    {"all null", [](Random&, std::size_t) { return false; }},
    {"half null", [](Random& random, std::size_t) { return random() % 2 == 0; }},
    {"few null", [](Random& random, std::size_t) { return random() % 100 != 0; }},
    {"few values", [](Random& random, std::size_t) { return random() % 100 == 0; }},
    {"runs of nulls", [](Random&, std::size_t row) { return row / 700 % 2 == 0; }},
    {"first vector null", [](Random&, std::size_t row) { return row >= kVectorRows; }},
};

struct Bits {
  std::vector<std::uint64_t> words;
  std::size_t rows;
  std::size_t values = 0;

  Bits(const Pattern& pattern, std::size_t n, std::uint64_t seed) : words((n + 63) / 64), rows(n) {
    Random random(seed);
    for (std::size_t i = 0; i < n; ++i) {
      if (!pattern.valid(random, i)) continue;
      words[i / 64] |= std::uint64_t{1} << i % 64;
      ++values;
    }
  }
  [[nodiscard]] Rows input() const { return {rows, words.data()}; }
};

void expect_validity(const Validity& validity, const Bits& bits) {
  ASSERT_EQ(validity.rows(), bits.rows);
  ASSERT_EQ(validity.values(), bits.values);
  for (std::size_t m = 0; m < validity.vectors(); ++m) {
    const std::uint64_t* words = validity.words(m);
    if (words == nullptr) {
      ASSERT_EQ(bits.values, bits.rows);
      continue;
    }
    for (std::size_t w = 0; w < 16; ++w) {
      const std::size_t at = m * 16 + w;
      ASSERT_EQ(words[w], at < bits.words.size() ? bits.words[at] : 0) << at;
    }
  }
}

/// Calls `body` for every null pattern and length, with a trace.
void everywhere(const char* name, const std::function<void(const Bits&, std::uint64_t)>& body) {
  std::uint64_t seed = 0;
  for (const Pattern& pattern : kPatterns) {
    for (const std::size_t n : {0, 1, 255, 256, 1023, 1024, 1025, 65535, 65536}) {
      // The longest lengths, which take the longest, once without nulls and once with.
      if (n == 65535 && &pattern != &kPatterns[3]) continue;
      if (n == 65536 && &pattern != &kPatterns[0]) continue;
      SCOPED_TRACE(::testing::Message() << name << ", " << pattern.name << ", n " << n);
      ++seed;
      body(Bits(pattern, n, seed), seed);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(IntegerSegment, EveryShapeNullPatternAndLengthRoundTrips) {
  for (const char* name : {"time_10s_gaps", "time_4000_hosts", "time_10s_regular", "any_64_bits",
                           "constant", "five_multiples_of_1000", "ends_of_the_type"}) {
    const auto& shape = *std::ranges::find_if(
        shapes::kIntegerShapes, [&](const auto& s) { return std::string_view(s.name) == name; });
    everywhere(name, [&](const Bits& bits, std::uint64_t seed) {
      const auto values = shapes::make(shape, bits.values, seed);
      Bytes blob;
      IntegerSegment::encode(bits.input(), values, blob, {}, 3);
      const IntegerSegment segment(blob);
      EXPECT_EQ(segment.scale(), 3);
      expect_validity(segment.validity(), bits);
      std::vector<std::int64_t> decoded(values.size());
      for (std::size_t m = 0; m < segment.vectors(); ++m) {
        std::int64_t* vector = decoded.data() + segment.validity().cut().start(m);
        segment.decode(m, vector);
        const auto zone = segment.zone(m);
        ASSERT_EQ(zone.has_value(), segment.validity().values_in(m) > 0);
        for (std::size_t i = 0; i < segment.validity().values_in(m); ++i) {
          ASSERT_GE(order_key(vector[i]), zone->min);
          ASSERT_LE(order_key(vector[i]), zone->max);
        }
      }
      ASSERT_EQ(decoded, values);
      ASSERT_EQ(checksum_of_contents(blob, Access::kSingly), checksum_of_contents(blob));
    });
  }
}

TEST(IntegerSegment, FewDistinctValuesFarApartMakeADictionary) {
  Random random(2);
  std::vector<std::int64_t> distinct(50), values(20000);
  for (auto& v : distinct) v = std::int64_t(random());
  for (auto& v : values) v = distinct[random() % distinct.size()];
  Bytes blob;
  IntegerSegment::encode({values.size()}, values, blob);
  const IntegerSegment segment(blob);
  EXPECT_EQ(segment.encoding(), SegmentEncoding::kDictionary);
  EXPECT_LT(blob.size() * 8, values.size() * 7);
  std::vector<std::int64_t> decoded(values.size());
  for (std::size_t m = 0; m < segment.vectors(); ++m) segment.decode(m, &decoded[m * kVectorRows]);
  EXPECT_EQ(decoded, values);
  EXPECT_TRUE(std::ranges::is_sorted(segment.dictionary()->entries()));
}

TEST(BooleanSegment, EveryNullPatternAndLengthRoundTrips) {
  for (const std::uint64_t one_in : {1, 2, 10, 1000}) {
    everywhere("boolean", [&](const Bits& bits, std::uint64_t seed) {
      Random random(seed);
      std::vector<std::int64_t> values(bits.values);
      for (auto& v : values) v = random() % one_in == 0 ? 1 : 0;
      Bytes blob;
      BooleanSegment::encode(bits.input(), values, blob);
      const BooleanSegment segment(blob);
      expect_validity(segment.validity(), bits);
      std::size_t at = 0;
      for (std::size_t m = 0; m < segment.vectors(); ++m) {
        std::uint64_t words[16];
        segment.decode(m, words);
        for (std::size_t i = 0; i < 1024; ++i) {
          const bool here = i < segment.validity().values_in(m);
          ASSERT_EQ(std::int64_t(words[i / 64] >> i % 64 & 1), here ? values[at + i] : 0);
        }
        at += segment.validity().values_in(m);
      }
    });
  }
}

bool same_bits(std::span<const double> a, std::span<const double> b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

std::vector<double> decoded(const DoubleSegment& segment) {
  std::vector<double> values(segment.values());
  for (std::size_t m = 0; m < segment.vectors(); ++m) {
    segment.decode(m, values.data() + segment.validity().cut().start(m));
  }
  return values;
}

TEST(DoubleSegment, EveryShapeNullPatternAndLengthRoundTrips) {
  for (const auto& shape : shapes::kDoubleShapes) {
    everywhere(shape.name, [&](const Bits& bits, std::uint64_t seed) {
      const auto values = shapes::make(shape, bits.values, seed);
      Bytes blob;
      DoubleSegment::encode(bits.input(), values, blob);
      const DoubleSegment segment(blob);
      expect_validity(segment.validity(), bits);
      ASSERT_TRUE(same_bits(decoded(segment), values));
      ASSERT_EQ(checksum_of_contents(blob, Access::kSingly), checksum_of_contents(blob));
      for (std::size_t m = 0; m < segment.vectors(); ++m) {
        const auto zone = segment.zone(m);
        for (std::size_t i = 0; i < segment.validity().values_in(m); ++i) {
          const double v = values[segment.validity().cut().start(m) + i];
          ASSERT_TRUE(order_key(v) >= zone->min && order_key(v) <= zone->max) << v;
        }
      }
    });
  }
}

TEST(DoubleSegment, ArbitraryBitsRoundTrip) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint64_t>& bits) {
    std::vector<double> values(bits.size());
    for (std::size_t i = 0; i < bits.size(); ++i) {
      // Small numbers as doubles, large ones as bits.
      values[i] = bits[i] < 1000 ? double(bits[i]) / 10 : std::bit_cast<double>(bits[i]);
    }
    Bytes blob;
    const auto range = DoubleSegment::encode({values.size()}, values, blob);
    RC_ASSERT(same_bits(decoded(DoubleSegment(blob)), values));
    RC_ASSERT(checksum_of_contents(blob, Access::kSingly) == checksum_of_contents(blob));
    const bool has_nan = std::ranges::any_of(values, [](double v) { return std::isnan(v); });
    RC_ASSERT(range.has_value() == (!values.empty() && !has_nan));
    if (range) {
      RC_ASSERT(range->min == *std::ranges::min_element(values));
      RC_ASSERT(range->max == *std::ranges::max_element(values));
    }
  }));
}

TEST(DoubleSegment, SaysItsRange) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const auto range = [](const std::vector<double>& values) {
    Bytes blob;
    return DoubleSegment::encode({values.size()}, values, blob);
  };
  EXPECT_FALSE(range({}));
  EXPECT_FALSE(range({1, kNan, 2}));
  EXPECT_FALSE(range({1, -kNan, 2})) << "negative NaNs lie below minus infinity";
  EXPECT_EQ(range({kInfinity, -kInfinity})->min, -kInfinity);
  EXPECT_EQ(range({kInfinity, -kInfinity})->max, kInfinity);
  EXPECT_EQ(range({-1.5, 2, -3})->min, -3);
  EXPECT_EQ(range({-1.5, 2, -3})->max, 2);
}

/// The encoding and the bits a value of each shape, as the prototype of the format reached them.
TEST(DoubleSegment, TheCascadeChoosesTheSmallest) {
  const std::map<std::string_view, std::pair<SegmentEncoding, double>> expected = {
      {"walk_2_decimals", {SegmentEncoding::kDecimal, 5.9}},
      {"tsbs_cpu", {SegmentEncoding::kDecimal, 3.4}},
      {"sensor_1_decimal", {SegmentEncoding::kDecimal, 4.4}},
      {"sensor_nan", {SegmentEncoding::kDecimal, 6.1}},
      {"float4_1_decimal", {SegmentEncoding::kDecimal, 5.2}},
      {"volts_3_decimals", {SegmentEncoding::kDecimal, 14.3}},
      {"price_2_decimals", {SegmentEncoding::kDecimal, 27.3}},
      {"meter_2_decimals", {SegmentEncoding::kDecimal, 12.4}},
      {"computed_products", {SegmentEncoding::kAlp, 14.4}},
      {"gauge_repeats", {SegmentEncoding::kPlain, 4.2}},
      {"full_precision_walk", {SegmentEncoding::kAlpRd, 56.5}},
      {"uniform", {SegmentEncoding::kAlpRd, 55.8}},
  };
  for (const auto& shape : shapes::kDoubleShapes) {
    const auto found = expected.find(shape.name);
    if (found == expected.end()) continue;
    Bytes blob;
    DoubleSegment::encode({65536}, shapes::make(shape, 65536), blob);
    EXPECT_EQ(DoubleSegment(blob).encoding(), found->second.first) << shape.name;
    EXPECT_LE(8.0 * double(blob.size()) / 65536, found->second.second) << shape.name;
  }
}

TEST(FieldsSegment, EveryNullPatternAndLengthRoundTrips) {
  everywhere("fields", [&](const Bits& bits, std::uint64_t seed) {
    const bool repeat = seed % 2 == 0;
    Random random(seed);
    std::vector<std::array<std::int64_t, 3>> distinct(100);
    for (auto& d : distinct) d = {std::int64_t(random()), std::int64_t(random() % 12), -1};
    std::vector<std::int64_t> fields[3];
    for (std::size_t i = 0; i < bits.values; ++i) {
      const auto& d = distinct[random() % 100];
      fields[0].push_back(repeat ? d[0] : std::int64_t(random()));
      fields[1].push_back(repeat ? d[1] : std::int64_t(i));
      fields[2].push_back(d[2]);
    }
    const std::span<const std::int64_t> views[] = {fields[0], fields[1], fields[2]};
    Bytes blob;
    FieldsSegment::encode(bits.input(), views, blob);
    const FieldsSegment segment(blob);
    expect_validity(segment.validity(), bits);
    if (repeat && bits.values > 2000) {
      EXPECT_NE(segment.dictionary(), nullptr);
    }
    for (std::size_t field = 0; field < 3; ++field) {
      std::vector<std::int64_t> values(bits.values);
      for (std::size_t m = 0; m < segment.vectors(); ++m) {
        segment.decode(m, field, values.data() + segment.validity().cut().start(m));
      }
      ASSERT_EQ(values, fields[field]);
    }
    ASSERT_EQ(checksum_of_contents(blob, Access::kSingly), checksum_of_contents(blob));
  });
}

// A few thousand customers among random ids: 16 bytes become the 14 bits of a code, and the
// entries.
TEST(FieldsSegment, WideValuesGetCodesWhereFewRepeat) {
  constexpr std::size_t kRows = 65536;
  for (const auto& [distinct, most_bits, is_dictionary] :
       {std::tuple{5000U, 25.0, true}, {15'000U, 45.0, true}, {1'000'000'000U, 130.0, false}}) {
    Random random(7);
    std::vector<std::int64_t> fields[2];
    for (std::size_t i = 0; i < kRows; ++i) {
      Random of_value(random() % distinct);
      for (auto& field : fields) field.push_back(std::int64_t(of_value()));
    }
    Bytes blob;
    FieldsSegment::encode({kRows}, std::vector<std::span<const std::int64_t>>{fields[0], fields[1]},
                          blob);
    EXPECT_EQ(FieldsSegment(blob).dictionary() != nullptr, is_dictionary) << distinct;
    EXPECT_LE(8.0 * double(blob.size()) / kRows, most_bits) << distinct;
  }
}

std::vector<std::string> decoded(const StringSegment& segment) {
  StringReader reader(segment);
  std::vector<std::string> values;
  for (std::size_t m = 0; m < segment.vectors(); ++m) {
    for (const auto& s : reader.decode(m)) {
      values.emplace_back(s);
      std::uint32_t header = 0;
      std::memcpy(&header, s.data() - 4, 4);
      EXPECT_EQ(header, (s.size() + 4) << 2);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(s.data() - 4) % 8, 0U);
    }
  }
  return values;
}

TEST(StringSegment, EveryShapeNullPatternAndLengthRoundTrips) {
  for (const auto& shape : shapes::kStringShapes) {
    everywhere(shape.name, [&](const Bits& bits, std::uint64_t seed) {
      const auto values = shapes::make(shape, bits.values, seed);
      const std::vector<std::string_view> views(values.begin(), values.end());
      Bytes blob;
      StringSegment::encode(bits.input(), views, blob);
      const StringSegment segment(blob);
      expect_validity(segment.validity(), bits);
      ASSERT_EQ(decoded(segment), values);
      EXPECT_TRUE(std::ranges::is_sorted(segment.dictionary()));
      ASSERT_EQ(checksum_of_contents(blob, Access::kSingly), checksum_of_contents(blob));
    });
  }
}

TEST(StringSegment, ArbitraryStringsAndNullsRoundTrip) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<bool, std::string>>& rows) {
    std::vector<std::uint64_t> validity((rows.size() + 63) / 64 + 1);
    std::vector<std::string> values;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].first) continue;
      validity[i / 64] |= std::uint64_t{1} << i % 64;
      values.push_back(rows[i].second);
    }
    Bytes blob;
    const std::vector<std::string_view> views(values.begin(), values.end());
    const auto range = StringSegment::encode({rows.size(), validity.data()}, views, blob);
    RC_ASSERT(range.has_value() == !views.empty());
    if (range) {
      RC_ASSERT(range->min == *std::ranges::min_element(views));
      RC_ASSERT(range->max == *std::ranges::max_element(views));
    }
    RC_ASSERT(decoded(StringSegment(blob)) == values);
  }));
}

TEST(StringSegment, VectorsAreReadInAnyOrder) {
  const auto values = shapes::make(shapes::kStringShapes[2], 20000);
  const std::vector<std::string_view> views(values.begin(), values.end());
  Bytes blob;
  StringSegment::encode({values.size()}, views, blob);
  const StringSegment segment(blob);
  StringReader reader(segment);
  for (const std::size_t m : {19, 0, 7, 8, 19, 3}) {
    const auto strings = reader.decode(m);
    for (std::size_t i = 0; i < strings.size(); ++i) {
      ASSERT_EQ(strings[i], values[m * kVectorRows + i]);
    }
  }
}

TEST(Segment, EveryCpuLevelWritesTheSameBytes) {
  const Kernels& best = kernels();
  constexpr std::size_t kRows = 3000;
  for (const auto& shape : shapes::kDoubleShapes) {
    const auto values = shapes::make(shape, kRows);
    std::optional<Bytes> first;
    for (const Kernels* level : levels()) {
      choose_level(*level);
      Bytes blob;
      DoubleSegment::encode({kRows}, values, blob);
      if (!first) first = blob;
      EXPECT_EQ(blob, *first) << level->name << " " << shape.name;
      EXPECT_TRUE(same_bits(decoded(DoubleSegment(*first)), values)) << level->name << shape.name;
    }
  }
  choose_level(best);
}

TEST(Zones, OrderKeysFollowPostgres) {
  const double order[] = {-std::numeric_limits<double>::infinity(),
                          -1e300,
                          -1,
                          -1e-300,
                          0,
                          1e-300,
                          1,
                          1e300,
                          std::numeric_limits<double>::infinity(),
                          std::numeric_limits<double>::quiet_NaN()};
  for (std::size_t i = 1; i < std::size(order); ++i) {
    EXPECT_LT(order_key(order[i - 1]), order_key(order[i])) << i;
  }
  EXPECT_EQ(order_key(-0.0), order_key(0.0));
  EXPECT_EQ(order_key(-std::numeric_limits<double>::quiet_NaN()), order_key(order[9]));
  EXPECT_LT(order_key(std::string_view("a")), order_key(std::string_view("b")));
  EXPECT_LE(order_key(std::string_view("a")), order_key(std::string_view("a\0", 2)));
}

TEST(Segment, ValuesMustBeAsManyAsRowsWithoutNull) {
  const std::uint64_t validity = 5;
  const std::int64_t values[] = {1, 2, 3};
  Bytes blob;
  EXPECT_THROW(IntegerSegment::encode({3, &validity}, values, blob), Error);
  EXPECT_THROW(IntegerSegment::encode({70000}, std::vector<std::int64_t>(70000), blob), Error);
}

TEST(Segment, WhatIsUnknownIsNamed) {
  const std::int64_t values[] = {1, 5, 3};
  const auto message = [&](std::size_t at, std::uint8_t value) -> std::string {
    Bytes blob;
    IntegerSegment::encode({3}, values, blob);
    blob[at] = std::byte{value};
    try {
      IntegerSegment segment(blob);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message(0, 0), "corrupt columnar data: magic of a segment");
  EXPECT_EQ(message(2, 9), "unknown version 9 of a columnar segment");
  EXPECT_EQ(message(3, 9), "unknown type 9 of a columnar segment");
  EXPECT_EQ(message(4, 3), "unknown encoding 3 of a columnar segment");
  EXPECT_EQ(message(5, 4), "unknown flags 4 of a columnar segment");
}

/// With ASan this finds reads and writes out of bounds; a wrong value is the checksum's business.
TEST(Segment, EveryTruncationAndEveryFlippedByteIsReportedOrRead) {
  std::vector<Bytes> blobs(8);
  const Bits bits(kPatterns[3], 1500, 1);
  const auto integers = shapes::make(shapes::kIntegerShapes[3], bits.values);
  IntegerSegment::encode(bits.input(), integers, blobs[0]);
  BooleanSegment::encode(bits.input(), shapes::make(shapes::kIntegerShapes[12], bits.values),
                         blobs[1]);
  const std::span<const std::int64_t> fields[] = {integers, integers};
  FieldsSegment::encode(bits.input(), fields, blobs[2]);
  std::size_t at = 3;
  for (const std::size_t shape : {3, 8, 10}) {
    DoubleSegment::encode(bits.input(), shapes::make(shapes::kDoubleShapes[shape], bits.values),
                          blobs[at++]);
  }
  for (const std::size_t shape : {0, 2}) {
    const auto values = shapes::make(shapes::kStringShapes[shape], bits.values);
    StringSegment::encode(bits.input(), std::vector<std::string_view>(values.begin(), values.end()),
                          blobs[at++]);
  }
  Random random(4);
  for (const Bytes& blob : blobs) {
    for (std::size_t size = 0; size < blob.size(); size += size < 100 ? 1 : blob.size() / 50) {
      EXPECT_THROW(checksum_of_contents(Bytes(blob.begin(), blob.begin() + std::ptrdiff_t(size))),
                   Error);
    }
    for (std::size_t i = 0; i < blob.size(); i += i < 256 ? 1 : 37) {
      Bytes damaged = blob;
      damaged[i] ^= static_cast<std::byte>(1U << random() % 8);
      try {
        const auto checksum = checksum_of_contents(damaged);
        EXPECT_EQ(checksum_of_contents(damaged, Access::kSingly), checksum) << i;
      } catch (const Error&) {
      }
    }
  }
}

}  // namespace
}  // namespace varve::codec
