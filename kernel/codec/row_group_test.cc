#include "kernel/codec/row_group.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "kernel/base/crc32c.h"
#include "kernel/codec/bloom.h"
#include "kernel/codec/integer_segment.h"
#include "kernel/codec/shapes.h"

namespace varve::codec {
namespace {

constexpr std::uint32_t kRows = 5000;

Bytes segment_of(const char* name) {
  Bytes blob;
  for (const auto& shape : shapes::kIntegerShapes) {
    if (std::string_view(shape.name) == name) {
      IntegerSegment::encode({kRows}, shapes::make(shape, kRows), blob);
    }
  }
  return blob;
}

Bytes descriptor_of(ByteView large, ByteView small) {
  RowGroupWriter writer(kRows, 42);
  ColumnDescriptor time{};
  time.attribute = 1;
  time.type = 1184;
  time.typmod = -1;
  set_range(time, std::int64_t{-5}, std::int64_t{77});
  ColumnDescriptor host{};
  host.attribute = 7;
  set_range(host, "host_1", "host_9999_of_a_long_name");
  const std::size_t first = writer.add(time, large);
  writer.add(host, small);
  writer.column(first).value_id = 4711;
  writer.column(first).pieces = 3;
  writer.add_sort_key({7, 0, 0});
  writer.add_sort_key({1, kDescending | kNullsFirst, 0});
  Bytes out;
  writer.finish(out);
  return out;
}

/// The same group in a new descriptor: with other names for what it is made of.
Bytes carried(const RowGroup& group) {
  RowGroupWriter writer(kRows, group.header().schema_fingerprint);
  for (std::size_t i = group.columns(); i-- > 0;) {
    ColumnDescriptor column = group.column(i);
    const bool is_inline = (column.flags & kInline) != 0;
    const ByteView here = is_inline ? group.inline_segment(column) : ByteView();
    if (!is_inline) column.value_id = 4712;
    column.attribute += 10;
    writer.add_stored(column, here);
  }
  Bytes out;
  writer.finish(out);
  return out;
}

TEST(RowGroup, CarriesColumnsOverAsTheyAre) {
  const Bytes large = segment_of("random_1e6"), small = segment_of("constant");
  const Bytes descriptor = descriptor_of(large, small);
  const RowGroup from(descriptor);
  const Bytes copy = carried(from);
  const RowGroup to(copy);
  const auto time = to.find(11), host = to.find(17);
  ASSERT_TRUE(time && host);
  EXPECT_EQ(time->value_id, 4712U);
  EXPECT_EQ(time->crc32c, from.find(1)->crc32c);
  EXPECT_EQ(time->pieces, 3);
  EXPECT_EQ(load<std::int64_t>(time->max), 77);
  Bytes room;
  EXPECT_TRUE(std::ranges::equal(checked_segment(*host, to.inline_segment(*host), room), small));
}

TEST(RowGroup, GivesBackWhatWasWritten) {
  const Bytes large = segment_of("random_1e6"), small = segment_of("constant");
  const Bytes descriptor = descriptor_of(large, small);
  const RowGroup group(descriptor);
  EXPECT_EQ(group.rows(), kRows);
  EXPECT_EQ(group.columns(), 2U);
  EXPECT_EQ(group.header().schema_fingerprint, 42U);
  const auto time = group.find(1);
  ASSERT_TRUE(time);
  EXPECT_EQ(time->value_id, 4711U);
  EXPECT_EQ(time->pieces, 3);
  EXPECT_EQ(time->flags, kHasRange);
  EXPECT_EQ(load<std::int64_t>(time->max), 77);
  const auto host = group.find(7);
  ASSERT_TRUE(host);
  EXPECT_EQ(host->flags, kHasRange | kInexactRange | kInline);
  EXPECT_EQ(0, std::memcmp(host->max, "host_9999_of_a_l", kRangeBytes));
  EXPECT_FALSE(group.find(2));
  EXPECT_EQ(group.sort_keys(), 2U);
  EXPECT_EQ(group.sort_key(1).flags, kDescending | kNullsFirst);

  Bytes room;
  const IntegerSegment inlined(checked_segment(*host, group.inline_segment(*host), room));
  EXPECT_EQ(inlined.rows(), kRows);
  const IntegerSegment outside(checked_segment(*time, large, room));
  EXPECT_EQ(outside.rows(), kRows);
}

Bytes filter_of(std::size_t count) {
  std::vector<std::uint64_t> hashes(count);
  for (std::size_t i = 0; i < count; ++i) hashes[i] = combined_hash(i, 1);
  Bytes filter;
  encode_bloom(hashes, filter);
  return filter;
}

FilterDescriptor bloom(std::size_t count, std::int16_t attribute) {
  FilterDescriptor filter{};
  filter.kind = static_cast<std::uint16_t>(FilterKind::kBloom);
  filter.blocks = bloom_blocks(count);
  filter.distinct = static_cast<std::uint32_t>(count);
  filter.columns = 2;
  filter.attributes[0] = attribute;
  filter.attributes[1] = 1;
  return filter;
}

/// A descriptor with an odd number of sort keys, a filter inside and one elsewhere.
Bytes with_filters(const Bytes& segment) {
  RowGroupWriter writer(kRows, 42);
  ColumnDescriptor column{};
  column.attribute = 1;
  writer.add(column, segment);
  writer.add_sort_key({1, 0, 0});
  writer.add_filter(bloom(10, 3), filter_of(10));
  FilterDescriptor large = bloom(5000, 4);
  large.value_id = 4711;
  writer.add_filter(large, filter_of(5000));
  Bytes out;
  writer.finish(out);
  return out;
}

TEST(RowGroup, GivesBackFilters) {
  const Bytes segment = segment_of("constant");
  const Bytes descriptor = with_filters(segment);
  const RowGroup group(descriptor);
  EXPECT_EQ(group.header().flags, kHasFilters);
  ASSERT_EQ(group.filters(), 2U);
  EXPECT_EQ(group.filter(0).attributes[0], 3);
  EXPECT_EQ(group.filter(0).flags, kFilterInline);
  EXPECT_TRUE(std::ranges::equal(group.inline_filter(group.filter(0)), filter_of(10)));
  EXPECT_EQ(group.filter(1).value_id, 4711U);
  EXPECT_EQ(group.filter(1).flags, 0);
  EXPECT_EQ(group.filter(1).size, filter_of(5000).size());
  Bytes room;
  const auto column = group.find(1);
  EXPECT_TRUE(
      std::ranges::equal(checked_segment(*column, group.inline_segment(*column), room), segment));
}

TEST(RowGroup, CarriesFiltersOverAsTheyAre) {
  const Bytes descriptor = with_filters(segment_of("constant"));
  const RowGroup from(descriptor);
  RowGroupWriter writer(kRows, 0);
  for (std::size_t i = 0; i < from.filters(); ++i) {
    const FilterDescriptor filter = from.filter(i);
    const bool is_inline = (filter.flags & kFilterInline) != 0;
    writer.add_stored_filter(filter, is_inline ? from.inline_filter(filter) : ByteView());
  }
  Bytes copy;
  writer.finish(copy);
  const RowGroup to(copy);
  ASSERT_EQ(to.filters(), 2U);
  EXPECT_TRUE(std::ranges::equal(to.inline_filter(to.filter(0)), filter_of(10)));
  EXPECT_EQ(to.filter(1).value_id, 4711U);
}

TEST(RowGroup, EveryFlippedBitIsReported) {
  const Bytes large = segment_of("random_1e6"), small = segment_of("constant");
  const Bytes descriptor = descriptor_of(large, small);
  for (std::size_t bit = 0; bit < descriptor.size() * 8; ++bit) {
    Bytes damaged = descriptor;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    EXPECT_THROW(RowGroup{damaged}, Error) << bit;
  }
  Bytes damaged = large, room;
  damaged[damaged.size() / 2] ^= std::byte{1};
  EXPECT_THROW(checked_segment(*RowGroup(descriptor).find(1), damaged, room), Error);
}

TEST(RowGroup, WhatIsUnknownIsNamed) {
  const Bytes small = segment_of("constant");
  const auto message = [&](std::size_t at, std::uint8_t value) -> std::string {
    Bytes bytes = descriptor_of(small, small);
    bytes[at] = std::byte{value};
    auto header = load<RowGroupHeader>(bytes.data());
    header.crc32c = 0;
    store(bytes.data(), header);
    header.crc32c = crc32c(bytes);
    store(bytes.data(), header);
    try {
      RowGroup group(bytes);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message(4, 2), "unknown version 2 of a row group");
  EXPECT_EQ(message(12, 2), "unknown flags 2 of a row group");
  EXPECT_EQ(message(sizeof(RowGroupHeader) + 2, 0x25), "unknown column flags 37 of a row group");
}

TEST(RowGroup, AnUnknownFilterIsNamed) {
  const auto message = [](auto&& change) -> std::string {
    RowGroupWriter writer(kRows, 42);
    FilterDescriptor filter = bloom(10, 3);
    change(filter);
    writer.add_stored_filter(filter, {});
    Bytes bytes;
    writer.finish(bytes);
    try {
      RowGroup group(bytes);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  const auto sized = [](FilterDescriptor& filter) { filter.size = 64; };
  EXPECT_EQ(message(sized), "no error");
  EXPECT_EQ(message([](FilterDescriptor& f) { f.kind = 2; }),
            "unknown kind of filter 2 of a row group");
  EXPECT_EQ(message([](FilterDescriptor& f) { f.flags = 4; }),
            "unknown filter flags 4 of a row group");
  EXPECT_EQ(message([](FilterDescriptor& f) { f.columns = 9; }),
            "corrupt columnar data: columns of a filter");
  EXPECT_EQ(message([](FilterDescriptor& f) { f.size = 65; }),
            "corrupt columnar data: size of a filter");
  EXPECT_EQ(message([](FilterDescriptor& f) {
              f.size = 64;
              f.flags = kFilterInline;
            }),
            "corrupt columnar data: inline filter");
}

TEST(RowGroup, ArchivedSegmentsComeBack) {
  Bytes segment;  // a slow walk that only zstd sees through: the same thousand values again
  std::vector<std::int64_t> values(kRows);
  shapes::Random random(1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = i < 1024 ? std::int64_t(random() % 100'000) : values[i - 1024];
  }
  IntegerSegment::encode({kRows}, values, segment);
  const Bytes raw = segment;
  ASSERT_TRUE(archive(segment));
  RowGroupWriter writer(kRows, 0);
  ColumnDescriptor column{};
  column.attribute = 1;
  writer.add(column, segment, static_cast<std::uint32_t>(raw.size()));
  Bytes descriptor, room;
  writer.finish(descriptor);
  const ByteView back = checked_segment(*RowGroup(descriptor).find(1), segment, room);
  EXPECT_TRUE(std::ranges::equal(back, raw));

  Bytes random_segment = segment_of("any_64_bits");
  EXPECT_FALSE(archive(random_segment));
}

}  // namespace
}  // namespace varve::codec
