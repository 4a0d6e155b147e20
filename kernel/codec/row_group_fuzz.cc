#include "kernel/codec/row_group.h"

#include "kernel/base/crc32c.h"
#include "kernel/codec/bloom.h"
#include "kernel/codec/segment_reading.h"

namespace {

using varve::Bytes;
using varve::ByteView;
using varve::codec::RowGroup;
using varve::codec::RowGroupHeader;

/// With the checksum that the bytes should have, which a fuzzer cannot guess.
Bytes signed_descriptor(ByteView in) {
  Bytes bytes(in.begin(), in.end());
  if (bytes.size() < sizeof(RowGroupHeader)) return bytes;
  auto header = varve::codec::load<RowGroupHeader>(bytes.data());
  header.magic = varve::codec::kRowGroupMagic;
  header.size = static_cast<std::uint32_t>(bytes.size());
  header.crc32c = 0;
  varve::codec::store(bytes.data(), header);
  header.crc32c = varve::crc32c(bytes);
  varve::codec::store(bytes.data(), header);
  return bytes;
}

/// With the checksum of the page, as above.
void read_filter(ByteView stored, std::uint32_t blocks) {
  if (stored.size() < sizeof(varve::codec::BloomPageHeader)) return;
  Bytes bytes(stored.begin(), stored.end());
  auto header = varve::codec::load<varve::codec::BloomPageHeader>(bytes.data());
  header.magic = varve::codec::kBloomMagic;
  header.crc32c = 0;
  varve::codec::store(bytes.data(), header);
  header.crc32c = varve::crc32c(bytes);
  varve::codec::store(bytes.data(), header);
  varve::codec::check_bloom_page(bytes, blocks, 0);
  for (std::uint64_t hash = 1; hash != 0; hash <<= 1) {
    if (varve::codec::bloom_page_of(hash, blocks) != 0) continue;
    (void)varve::codec::bloom_may_contain(bytes, blocks, hash);
  }
}

void read_all(ByteView descriptor) {
  const RowGroup group(descriptor);
  Bytes room;
  for (std::size_t i = 0; i < group.columns(); ++i) {
    auto column = group.column(i);
    if ((column.flags & varve::codec::kInline) == 0) continue;
    const ByteView stored = group.inline_segment(column);
    column.crc32c = varve::crc32c(stored);
    try {
      varve::codec::checksum_of_contents(varve::codec::checked_segment(column, stored, room));
    } catch (const varve::Error&) {
    }
  }
  for (std::size_t i = 0; i < group.sort_keys(); ++i) (void)group.sort_key(i);
  for (std::size_t i = 0; i < group.filters(); ++i) {
    const auto filter = group.filter(i);
    if ((filter.flags & varve::codec::kFilterInline) == 0) continue;
    read_filter(group.inline_filter(filter), filter.blocks);
  }
}

}  // namespace

/// Arbitrary bytes are the descriptor of a row group with its inline segments and filters, or end
/// in an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    read_all(signed_descriptor(std::as_bytes(std::span(data, size))));
  } catch (const varve::Error&) {
  }
  return 0;
}
