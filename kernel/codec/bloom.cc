#include "kernel/codec/bloom.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <string>

#include "kernel/base/crc32c.h"

namespace varve::codec {
namespace {

constexpr std::size_t kWords = 8;  // of a block; each has one bit of every hash
constexpr std::uint32_t kSalts[kWords] = {0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d,
                                          0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31};

/// Of the upper half; bits are of the lower one.
std::uint32_t block_of(std::uint64_t hash, std::uint32_t blocks) {
  return static_cast<std::uint32_t>(((hash >> 32) * blocks) >> 32);
}

std::uint32_t bit_of(std::uint64_t hash, std::size_t word) {
  return std::uint32_t{1} << (static_cast<std::uint32_t>(hash) * kSalts[word] >> 27);
}

std::uint32_t checksum(ByteView page) {
  constexpr std::size_t kAt = offsetof(BloomPageHeader, crc32c);
  constexpr std::byte kZeros[sizeof(std::uint32_t)] = {};
  return crc32c(page.subspan(kAt + sizeof kZeros), crc32c(kZeros, crc32c(page.first(kAt))));
}

std::uint32_t blocks_of_page(std::uint32_t blocks, std::uint32_t page) {
  const std::size_t first = std::size_t{page} * kBloomPageBlocks;
  return static_cast<std::uint32_t>(std::min(kBloomPageBlocks, blocks - first));
}

void append_page(std::span<const std::byte> blocks, std::uint32_t all, std::uint32_t first,
                 Bytes& out) {
  const std::size_t start = out.size();
  BloomPageHeader header{};
  header.magic = kBloomMagic;
  header.version = kBloomVersion;
  header.blocks = all;
  header.first = first;
  header.count = static_cast<std::uint32_t>(blocks.size() / kBloomBlockBytes);
  append_value(out, header);
  append(out, blocks);
  header.crc32c = checksum(ByteView(out).subspan(start));
  store(out.data() + start, header);
}

}  // namespace

std::uint64_t combined_hash(std::uint64_t first, std::uint64_t second) {
  const std::uint64_t product = (std::rotl(first, 23) ^ second) * 0x9e3779b97f4a7c15U;
  return product ^ product >> 32;
}

std::size_t keep_distinct(std::span<std::uint64_t> hashes, std::pmr::memory_resource* memory) {
  // Open addressing, at most half full. A slot of 0 is free; the hash 0 is seen to apart.
  std::pmr::vector<std::uint64_t> slots(std::bit_ceil(hashes.size() * 2 + 1), memory);
  const std::size_t mask = slots.size() - 1;
  bool has_zero = false;
  std::size_t count = 0;
  for (const std::uint64_t hash : hashes) {
    if (hash == 0) {
      if (!has_zero) hashes[count++] = 0;
      has_zero = true;
      continue;
    }
    std::size_t at = hash & mask;
    while (slots[at] != 0 && slots[at] != hash) at = (at + 1) & mask;
    if (slots[at] == hash) continue;
    slots[at] = hash;
    hashes[count++] = hash;
  }
  return count;
}

std::uint32_t bloom_blocks(std::size_t distinct) {
  const std::size_t blocks = (distinct * kBloomBitsPerKey + 255) / (8 * kBloomBlockBytes);
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(blocks, 1, kMostBloomBlocks));
}

std::size_t bloom_bytes(std::uint32_t blocks) {
  const std::size_t pages = (blocks + kBloomPageBlocks - 1) / kBloomPageBlocks;
  return pages * sizeof(BloomPageHeader) + blocks * kBloomBlockBytes;
}

std::size_t bloom_page_bytes(std::uint32_t blocks, std::uint32_t page) {
  return sizeof(BloomPageHeader) + blocks_of_page(blocks, page) * kBloomBlockBytes;
}

void encode_bloom(std::span<const std::uint64_t> hashes, Bytes& out) {
  const std::uint32_t blocks = bloom_blocks(hashes.size());
  std::pmr::vector<std::uint32_t> words(blocks * kWords, out.get_allocator());
  for (const std::uint64_t hash : hashes) {
    std::uint32_t* block = words.data() + block_of(hash, blocks) * kWords;
    for (std::size_t i = 0; i < kWords; ++i) block[i] |= bit_of(hash, i);
  }
  const ByteView all = std::as_bytes(std::span(words));
  out.reserve(out.size() + bloom_bytes(blocks));
  for (std::uint32_t first = 0; first < blocks; first += kBloomPageBlocks) {
    const std::size_t count = std::min<std::size_t>(kBloomPageBlocks, blocks - first);
    append_page(all.subspan(first * kBloomBlockBytes, count * kBloomBlockBytes), blocks, first,
                out);
  }
}

std::uint32_t bloom_page_of(std::uint64_t hash, std::uint32_t blocks) {
  return block_of(hash, blocks) / static_cast<std::uint32_t>(kBloomPageBlocks);
}

void check_bloom_page(ByteView page, std::uint32_t blocks, std::uint32_t number) {
  ByteView in = page;
  const auto header = take_value<BloomPageHeader>(in, "header of a bloom filter");
  require(header.magic == kBloomMagic, "magic of a bloom filter");
  const auto unsupported = [](const char* what, unsigned value) {
    throw Error(ErrorKind::kUnsupported, "unknown " + std::string(what) + " " +
                                             std::to_string(value) + " of a bloom filter");
  };
  if (header.version < 1 || header.version > kBloomVersion) unsupported("version", header.version);
  require(checksum(page) == header.crc32c, "checksum of a bloom filter");
  if (header.flags != 0) unsupported("flags", header.flags);
  require(header.blocks == blocks && header.first == number * kBloomPageBlocks &&
              header.first < blocks && header.count == blocks_of_page(blocks, number) &&
              in.size() == header.count * kBloomBlockBytes,
          "size of a bloom filter");
}

bool bloom_may_contain(ByteView page, std::uint32_t blocks, std::uint64_t hash) {
  const std::size_t block = block_of(hash, blocks) % kBloomPageBlocks;
  const std::byte* bytes = page.data() + sizeof(BloomPageHeader) + block * kBloomBlockBytes;
  assert(sizeof(BloomPageHeader) + (block + 1) * kBloomBlockBytes <= page.size());
  bool is_there = true;
  for (std::size_t i = 0; i < kWords; ++i) {
    const auto word = load<std::uint32_t>(bytes + i * sizeof(std::uint32_t));
    is_there &= (word & bit_of(hash, i)) != 0;
  }
  return is_there;
}

}  // namespace varve::codec
