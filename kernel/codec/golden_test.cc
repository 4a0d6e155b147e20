#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "kernel/base/crc32c.h"
#include "kernel/codec/bloom.h"
#include "kernel/codec/row_group.h"
#include "kernel/codec/segment_reading.h"
#include "kernel/codec/shapes.h"

/// Segments and a descriptor written by version 1 of the format, one for each encoding and form of
/// nulls. They must read as the same values for ever. What the encoder writes today may differ.
///
/// VARVE_WRITE_GOLDEN=1 adds files that are missing, never replaces one.
namespace varve::codec {
namespace {

namespace fs = std::filesystem;

const fs::path kDirectory = VARVE_GOLDEN;

struct Golden {
  const char* file;
  std::uint32_t checksum;  // of the contents
  Bytes (*make)();
};

constexpr std::size_t kRows = 2500;

template <std::size_t Words>
constexpr std::array<std::uint64_t, Words> every_nth(std::size_t n, bool valid) {
  std::array<std::uint64_t, Words> words{};
  for (std::size_t i = 0; i < kRows; ++i) {
    if ((i % n == 0) == valid) words[i / 64] |= std::uint64_t{1} << i % 64;
  }
  return words;
}
constexpr std::array<std::uint64_t, 40> kHalf = [] {
  std::array<std::uint64_t, 40> words{};
  for (std::size_t w = 0; w < 39; ++w) words[w] = (w + 1) * 0x9e3779b97f4a7c15;
  return words;
}();
constexpr auto kFewNulls = every_nth<40>(97, false);
constexpr std::array<std::uint64_t, 40> kNoValues{};
constexpr std::array<std::uint64_t, 40> kRunsOfNulls = [] {
  std::array<std::uint64_t, 40> words{};
  for (std::size_t w = 0; w < 20; ++w) words[w + 5] = ~std::uint64_t{0};
  return words;
}();

std::size_t values_of(Rows rows) {
  return Validity(rows, std::pmr::get_default_resource()).values();
}

template <class Segment, class Shapes>
Bytes segment_of(const Shapes& all, std::string_view name, Rows rows = {kRows}) {
  for (const auto& shape : all) {
    if (shape.name != name) continue;
    const auto values = shapes::make(shape, values_of(rows));
    Bytes blob;
    if constexpr (std::is_same_v<Segment, StringSegment>) {
      Segment::encode(rows, std::vector<std::string_view>(values.begin(), values.end()), blob);
    } else {
      Segment::encode(rows, values, blob);
    }
    return blob;
  }
  return {};
}

Bytes integers(const char* shape, Rows rows = {kRows}) {
  return segment_of<IntegerSegment>(shapes::kIntegerShapes, shape, rows);
}
Bytes doubles(const char* shape) { return segment_of<DoubleSegment>(shapes::kDoubleShapes, shape); }
Bytes strings(const char* shape) { return segment_of<StringSegment>(shapes::kStringShapes, shape); }

Bytes fields(bool repeat) {
  shapes::Random random(1);
  std::vector<std::int64_t> left(kRows), right(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    left[i] = repeat ? std::int64_t(i % 7) << 40 : std::int64_t(i) * 1000;
    right[i] = repeat ? std::int64_t(i % 7) * 12345678901 : std::int64_t(random());
  }
  const std::span<const std::int64_t> views[] = {left, right};
  Bytes blob;
  FieldsSegment::encode({kRows}, views, blob);
  return blob;
}

Bytes integer_dictionary() {
  std::vector<std::int64_t> values(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    values[i] = std::int64_t((i * i % 11 + 1) * 0x9e3779b97f4a7c15 >> 1);
  }
  Bytes blob;
  IntegerSegment::encode({kRows}, values, blob);
  return blob;
}

const Golden kGolden[] = {
    {"integer_constant", 0x1df74d7f, [] { return integers("constant"); }},
    {"integer_linear", 0x2848bbf4, [] { return integers("time_10s_regular"); }},
    {"integer_runs", 0xa342a6fc, [] { return integers("bool_runs"); }},
    {"integer_frame", 0x7ccd9fb2, [] { return integers("random_1e6"); }},
    {"integer_frame_exceptions", 0xfa0579db, [] { return integers("two_sided_outliers"); }},
    {"integer_frame_64_bits", 0x4bab6f93, [] { return integers("any_64_bits"); }},
    {"integer_delta", 0x3c9c38e8, [] { return integers("walk_scaled_numeric"); }},
    {"integer_delta_divisor", 0xa2627253, [] { return integers("time_10s_gaps"); }},
    {"integer_chord", 0x57c61c16, [] { return integers("time_10s_jitter_us"); }},
    {"integer_horizontal", 0x8f9506df, [] { return integers("random_1e6", {200}); }},
    {"integer_dictionary", 0x26e91f90, integer_dictionary},
    {"integer_no_rows", 0, [] { return integers("constant", {0}); }},
    {"nulls_all", 0xd37ccf49,
     [] {
       return integers("random_1e6", {kRows, kNoValues.data()});
     }},
    {"nulls_bitmap", 0x56516ab8,
     [] {
       return integers("random_1e6", {kRows, kHalf.data()});
     }},
    {"nulls_positions", 0x499c8197,
     [] {
       return integers("random_1e6", {kRows, kFewNulls.data()});
     }},
    {"nulls_runs", 0xd3b3a949,
     [] {
       return integers("random_1e6", {kRows, kRunsOfNulls.data()});
     }},
    {"boolean", 0x55ba7de1,
     [] { return segment_of<BooleanSegment>(shapes::kIntegerShapes, "bool_90_percent"); }},
    {"double_decimal", 0x1be9900f, [] { return doubles("price_2_decimals"); }},
    {"double_decimal_float", 0xc021415b, [] { return doubles("float4_1_decimal"); }},
    {"double_decimal_nan", 0xd885dca5, [] { return doubles("sensor_nan"); }},
    {"double_alp", 0xac1fedca, [] { return doubles("computed_products"); }},
    {"double_alp_rd", 0x9873e5f3, [] { return doubles("full_precision_walk"); }},
    {"double_dictionary", 0x6b49a538, [] { return doubles("few_distinct"); }},
    {"double_bits", 0x7793c15a, [] { return doubles("any_64_bits"); }},
    {"double_float_bits", 0x5c316003, [] { return doubles("any_float"); }},
    {"double_special", 0x32e90b35, [] { return doubles("special_values"); }},
    {"string_dictionary", 0xaf6e1593, [] { return strings("labels"); }},
    {"string_blocks", 0x4d8efcc0, [] { return strings("log_lines"); }},
    {"string_blocks_stored", 0x6c9bb72e, [] { return strings("random_hex"); }},
    {"fields", 0x9aae1082, [] { return fields(false); }},
    {"fields_dictionary", 0xe032052f, [] { return fields(true); }},
};

Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), {});
  const auto view = std::as_bytes(std::span(bytes));
  return {view.begin(), view.end()};
}

bool writing() { return std::getenv("VARVE_WRITE_GOLDEN") != nullptr; }

void write_missing(const fs::path& path, const Bytes& bytes) {
  if (!writing() || fs::exists(path)) return;
  fs::create_directories(kDirectory);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
}

TEST(Golden, EverySegmentStaysReadable) {
  for (const Golden& golden : kGolden) {
    const fs::path path = kDirectory / (std::string(golden.file) + ".v1");
    write_missing(path, golden.make());
    const Bytes blob = read_file(path);
    ASSERT_FALSE(blob.empty()) << path;
    EXPECT_EQ(checksum_of_contents(blob), golden.checksum) << golden.file;
    EXPECT_EQ(checksum_of_contents(blob, Access::kSingly), golden.checksum) << golden.file;
    // Independent of the file: today's encoding of the same values has the same contents.
    EXPECT_EQ(checksum_of_contents(golden.make()), golden.checksum) << golden.file;
  }
}

/// That a file is named after an encoding does not make it one.
TEST(Golden, EveryEncodingIsThere) {
  std::array<std::array<bool, 5>, 6> segments{};
  for (const Golden& golden : kGolden) {
    const auto header = segment_header(read_file(kDirectory / (std::string(golden.file) + ".v1")));
    segments[header.type][header.encoding] = true;
  }
  EXPECT_EQ(segments[unsigned(SegmentType::kInteger)],
            (std::array{true, true, false, false, false}));
  EXPECT_EQ(segments[unsigned(SegmentType::kBoolean)],
            (std::array{true, false, false, false, false}));
  EXPECT_EQ(segments[unsigned(SegmentType::kDouble)], (std::array{true, true, true, true, true}));
  EXPECT_EQ(segments[unsigned(SegmentType::kString)],
            (std::array{true, true, false, false, false}));
  EXPECT_EQ(segments[unsigned(SegmentType::kFields)],
            (std::array{true, true, false, false, false}));

  const auto at = [](const char* file) {
    return read_file(kDirectory / (std::string(file) + ".v1"));
  };
  const auto sequence = [&](const char* file) {
    return load<SequenceHeader>(at(file).data() + sizeof(SegmentHeader));
  };
  EXPECT_EQ(sequence("integer_constant").encoding, unsigned(SequenceEncoding::kConstant));
  EXPECT_EQ(sequence("integer_linear").encoding, unsigned(SequenceEncoding::kLinear));
  EXPECT_EQ(sequence("integer_runs").encoding, unsigned(SequenceEncoding::kRuns));
  EXPECT_GT(sequence("integer_delta_divisor").step, 1);
  const auto vector = [&](const char* file) {
    return load<VectorHeader>(at(file).data() + sizeof(SegmentHeader) + sizeof(SequenceHeader));
  };
  EXPECT_EQ(vector("integer_frame").mode, unsigned(VectorMode::kFrame));
  EXPECT_GT(vector("integer_frame_exceptions").exceptions, 0);
  EXPECT_EQ(vector("integer_frame_64_bits").width, 64);
  EXPECT_EQ(vector("integer_delta").mode, unsigned(VectorMode::kDelta));
  EXPECT_EQ(vector("integer_chord").mode, unsigned(VectorMode::kLinear));
  EXPECT_EQ(vector("integer_horizontal").mode, kHorizontalFlag);
  const auto form = [&](const char* file) {
    const Bytes blob = at(file);
    return load<ValidityHeader>(blob.data() + segment_header(blob).validity).form;
  };
  EXPECT_EQ(form("nulls_all"), unsigned(ValidityForm::kAllNull));
  EXPECT_EQ(form("nulls_bitmap"), unsigned(ValidityForm::kBitmap));
  EXPECT_EQ(form("nulls_positions"), unsigned(ValidityForm::kPositions));
  EXPECT_EQ(form("nulls_runs"), unsigned(ValidityForm::kRuns));
}

TEST(Golden, ADescriptorStaysReadable) {
  const fs::path path = kDirectory / "row_group.v1";
  const Bytes segment = integers("constant");
  RowGroupWriter writer(kRows, 0x0123456789abcdef);
  ColumnDescriptor column{};
  column.attribute = 3;
  column.type = 20;
  column.typmod = -1;
  set_range(column, std::int64_t{42}, std::int64_t{42});
  writer.add(column, segment);
  writer.add_sort_key({3, kDescending, 0});
  Bytes written;
  writer.finish(written);
  write_missing(path, written);

  const Bytes descriptor = read_file(path);
  const RowGroup group(descriptor);
  EXPECT_EQ(group.rows(), kRows);
  EXPECT_EQ(group.header().schema_fingerprint, 0x0123456789abcdefU);
  const auto found = group.find(3);
  ASSERT_TRUE(found);
  EXPECT_EQ(load<std::int64_t>(found->max), 42);
  Bytes room;
  EXPECT_EQ(checksum_of_contents(checked_segment(*found, group.inline_segment(*found), room)),
            checksum_of_contents(segment));
  EXPECT_EQ(group.sort_key(0).attribute, 3);
}

TEST(Golden, ABloomFilterStaysReadable) {
  const fs::path path = kDirectory / "row_group_bloom.v1";
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t i = 1; i <= 100; ++i) hashes.push_back(i * 0x9e3779b97f4a7c15U);
  Bytes filter;
  encode_bloom(hashes, filter);
  FilterDescriptor bloom{};
  bloom.kind = static_cast<std::uint16_t>(FilterKind::kBloom);
  bloom.blocks = bloom_blocks(hashes.size());
  bloom.distinct = static_cast<std::uint32_t>(hashes.size());
  bloom.columns = 2;
  bloom.attributes[0] = 5;
  bloom.attributes[1] = 3;
  RowGroupWriter writer(kRows, 0);
  writer.add_sort_key({3, 0, 0});
  writer.add_filter(bloom, filter);
  Bytes written;
  writer.finish(written);
  write_missing(path, written);

  const Bytes descriptor = read_file(path);
  const RowGroup group(descriptor);
  ASSERT_EQ(group.filters(), 1U);
  const FilterDescriptor found = group.filter(0);
  EXPECT_EQ(found.columns, 2);
  EXPECT_EQ(found.attributes[0], 5);
  EXPECT_EQ(found.attributes[1], 3);
  EXPECT_EQ(found.distinct, 100U);
  const ByteView page = group.inline_filter(found);
  check_bloom_page(page, found.blocks, 0);
  for (const std::uint64_t hash : hashes) {
    EXPECT_TRUE(bloom_may_contain(page, found.blocks, hash)) << hash;
  }
  EXPECT_FALSE(bloom_may_contain(page, found.blocks, 0x0123456789abcdefU));
}

}  // namespace
}  // namespace varve::codec
