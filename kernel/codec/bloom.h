#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>

#include "kernel/codec/wire.h"

/// Split-block bloom filters: whether a hash is among those that a filter was made of, wrong about
/// few that are not, never about one that is.
///
/// Shape   n distinct hashes of 64 bits -> blocks of 32 bytes, in pages of 252 blocks behind a
///         header, the last one shorter. A hash is in one block, so that one page answers.
/// Cost    kBloomBitsPerKey bits a hash: 1.2 % of others are taken for one of them. 4 ns to add
///         or to ask.
/// Source  Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", JEA 2009;
///         the salts are those of Parquet's specification. Layout: docs/format/columnstore.md.
namespace varve::codec {

inline constexpr std::uint32_t kBloomMagic = 0x31464256;  // "VBF1"
inline constexpr std::uint16_t kBloomVersion = 1;
inline constexpr std::size_t kBloomBitsPerKey = 10;
inline constexpr std::size_t kBloomBlockBytes = 32;
inline constexpr std::size_t kBloomPageBlocks = 252;
inline constexpr std::uint32_t kMostBloomBlocks = 1U << 16;

struct BloomPageHeader {
  std::uint32_t magic;
  std::uint16_t version;
  std::uint16_t flags;   // none is defined
  std::uint32_t crc32c;  // of the page, with zeros here
  std::uint32_t blocks;  // of the filter
  std::uint32_t first;   // block of this page
  std::uint32_t count;   // of blocks of this page
  std::uint64_t reserved;
};
static_assert(sizeof(BloomPageHeader) == 32 && offsetof(BloomPageHeader, version) == 4 &&
              offsetof(BloomPageHeader, flags) == 6 && offsetof(BloomPageHeader, crc32c) == 8 &&
              offsetof(BloomPageHeader, blocks) == 12 && offsetof(BloomPageHeader, first) == 16 &&
              offsetof(BloomPageHeader, count) == 20);

inline constexpr std::size_t kBloomPageBytes =
    sizeof(BloomPageHeader) + kBloomPageBlocks * kBloomBlockBytes;

/// The hash of several values from theirs, in their order.
std::uint64_t combined_hash(std::uint64_t first, std::uint64_t second);

/// Moves each hash that is there, once, to the front; how many there are.
std::size_t keep_distinct(std::span<std::uint64_t> hashes, std::pmr::memory_resource* memory);

/// Blocks of a filter of so many distinct hashes, at least one.
std::uint32_t bloom_blocks(std::size_t distinct);

/// Bytes of a filter of so many blocks, and of one page of it.
std::size_t bloom_bytes(std::uint32_t blocks);
std::size_t bloom_page_bytes(std::uint32_t blocks, std::uint32_t page);

/// Appends the pages of a filter of these hashes, which are distinct.
void encode_bloom(std::span<const std::uint64_t> hashes, Bytes& out);

/// The page that answers for a hash; `blocks` is not 0.
std::uint32_t bloom_page_of(std::uint64_t hash, std::uint32_t blocks);

/// Checks page `number` of a filter of `blocks` blocks, checksum included. Throws kCorruptData, or
/// kUnsupported for a version or flag from the future.
void check_bloom_page(ByteView page, std::uint32_t blocks, std::uint32_t number);

/// Whether the hash may be in the filter; `page` is bloom_page_of() and has been checked.
bool bloom_may_contain(ByteView page, std::uint32_t blocks, std::uint64_t hash);

}  // namespace varve::codec
