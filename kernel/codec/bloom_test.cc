#include "kernel/codec/bloom.h"

#include <gtest/gtest.h>
#include <random>
#include <set>
#include <vector>

namespace varve::codec {
namespace {

std::vector<std::uint64_t> random_hashes(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> hashes(count);
  for (std::uint64_t& hash : hashes) hash = random();
  return hashes;
}

ByteView page_of(const Bytes& filter, std::uint32_t blocks, std::uint32_t page) {
  return ByteView(filter).subspan(page * kBloomPageBytes, bloom_page_bytes(blocks, page));
}

bool may_contain(const Bytes& filter, std::uint32_t blocks, std::uint64_t hash) {
  const std::uint32_t page = bloom_page_of(hash, blocks);
  check_bloom_page(page_of(filter, blocks, page), blocks, page);
  return bloom_may_contain(page_of(filter, blocks, page), blocks, hash);
}

TEST(Bloom, EveryHashIsFoundAgain) {
  for (const std::size_t count : {0U, 1U, 2U, 25U, 26U, 1000U, 6450U, 6452U, 65536U}) {
    const auto hashes = random_hashes(count, count);
    const std::uint32_t blocks = bloom_blocks(count);
    Bytes filter;
    encode_bloom(hashes, filter);
    ASSERT_EQ(filter.size(), bloom_bytes(blocks)) << count;
    for (const std::uint64_t hash : hashes) ASSERT_TRUE(may_contain(filter, blocks, hash)) << count;
  }
}

TEST(Bloom, FewOthersAreTakenForOneOfThem) {
  constexpr std::size_t kOthers = 100'000;
  for (const std::size_t count : {100U, 1000U, 8192U, 65536U}) {
    const std::uint32_t blocks = bloom_blocks(count);
    Bytes filter;
    encode_bloom(random_hashes(count, 1), filter);
    std::size_t wrong = 0;
    for (const std::uint64_t hash : random_hashes(kOthers, 2)) {
      wrong += may_contain(filter, blocks, hash) ? 1 : 0;
    }
    EXPECT_LT(wrong, kOthers * 18 / 1000) << count;
    EXPECT_GT(wrong, kOthers * 4 / 1000) << count;
  }
}

TEST(Bloom, TakesTenBitsAKey) {
  EXPECT_EQ(bloom_blocks(0), 1U);
  EXPECT_EQ(bloom_blocks(65536), 2560U);
  EXPECT_EQ(bloom_bytes(1), 64U);
  EXPECT_EQ(kBloomPageBytes, 8096U);
  EXPECT_EQ(bloom_page_bytes(253, 0), kBloomPageBytes);
  EXPECT_EQ(bloom_page_bytes(253, 1), 64U);
}

TEST(Bloom, DistinctHashesStay) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> hashes(random() % 3000);
    // Few values, 0 and all ones among them, that start at the same slots.
    for (std::uint64_t& hash : hashes) hash = (random() % 400 - 1) * 4096;
    const std::set<std::uint64_t> expected(hashes.begin(), hashes.end());
    hashes.resize(keep_distinct(hashes, std::pmr::get_default_resource()));
    EXPECT_EQ(hashes.size(), expected.size()) << seed;
    EXPECT_EQ(std::set<std::uint64_t>(hashes.begin(), hashes.end()), expected) << seed;
  }
}

TEST(Bloom, OrderOfValuesMattersToTheirCombinedHash) {
  EXPECT_NE(combined_hash(1, 2), combined_hash(2, 1));
  EXPECT_NE(combined_hash(0, 1), combined_hash(0, 2));
  // On disk: it never changes.
  EXPECT_EQ(combined_hash(1, 2), 0x192e98b1103a609bU);
}

TEST(Bloom, EveryFlippedBitIsReported) {
  Bytes filter;
  encode_bloom(random_hashes(50, 1), filter);
  const std::uint32_t blocks = bloom_blocks(50);
  for (std::size_t bit = 0; bit < filter.size() * 8; ++bit) {
    Bytes damaged = filter;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    EXPECT_THROW(check_bloom_page(damaged, blocks, 0), Error) << bit;
  }
  EXPECT_THROW(check_bloom_page(ByteView(filter).first(filter.size() - 1), blocks, 0), Error);
  EXPECT_THROW(check_bloom_page(filter, blocks + 1, 0), Error);
  EXPECT_THROW(check_bloom_page(ByteView(), blocks, 0), Error);
}

TEST(Bloom, PagesAreNotTakenForEachOther) {
  Bytes filter;
  encode_bloom(random_hashes(30'000, 1), filter);
  const std::uint32_t blocks = bloom_blocks(30'000);
  check_bloom_page(page_of(filter, blocks, 1), blocks, 1);
  EXPECT_THROW(check_bloom_page(page_of(filter, blocks, 1), blocks, 2), Error);
}

TEST(Bloom, WhatIsUnknownIsNamed) {
  const auto message = [](std::size_t at, std::uint8_t value) -> std::string {
    Bytes filter;
    encode_bloom(random_hashes(5, 1), filter);
    filter[at] = std::byte{value};
    try {
      check_bloom_page(filter, 1, 0);
    } catch (const Error& error) {
      return std::to_string(static_cast<int>(error.kind())) + " " + error.what();
    }
    return "no error";
  };
  const std::string unsupported = std::to_string(static_cast<int>(ErrorKind::kUnsupported));
  EXPECT_EQ(message(4, 2), unsupported + " unknown version 2 of a bloom filter");
}

}  // namespace
}  // namespace varve::codec
