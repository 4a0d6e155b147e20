#include "kernel/codec/bloom.h"

#include <benchmark/benchmark.h>
#include <random>
#include <vector>

namespace varve::codec {
namespace {

std::vector<std::uint64_t> random_hashes(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> hashes(count);
  for (std::uint64_t& hash : hashes) hash = random();
  return hashes;
}

/// Making the filter of a row group from the hashes of its rows: time and bytes a row.
void build(benchmark::State& state) {
  const auto hashes = random_hashes(static_cast<std::size_t>(state.range(0)), 1);
  Bytes filter;
  for (auto _ : state) {
    auto distinct = hashes;
    distinct.resize(keep_distinct(distinct, std::pmr::get_default_resource()));
    filter.clear();
    encode_bloom(distinct, filter);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes_per_key"] = double(filter.size()) / double(hashes.size());
}
BENCHMARK(build)->Arg(1000)->Arg(8192)->Arg(65536);

/// Asking it for hashes that it does not have, with the page's check or without, and how many it
/// takes for its own.
template <bool kChecked>
void probe(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::uint32_t blocks = bloom_blocks(count);
  Bytes filter;
  encode_bloom(random_hashes(count, 1), filter);
  const auto others = random_hashes(65536, 2);
  std::size_t wrong = 0;
  for (auto _ : state) {
    wrong = 0;
    for (const std::uint64_t hash : others) {
      const std::uint32_t number = bloom_page_of(hash, blocks);
      const ByteView page =
          ByteView(filter).subspan(number * kBloomPageBytes, bloom_page_bytes(blocks, number));
      if (kChecked) check_bloom_page(page, blocks, number);
      wrong += bloom_may_contain(page, blocks, hash) ? 1 : 0;
    }
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(others));
  state.counters["wrong_percent"] = 100.0 * double(wrong) / double(others.size());
}
BENCHMARK(probe<false>)->Arg(1000)->Arg(8192)->Arg(65536);
BENCHMARK(probe<true>)->Arg(65536);

}  // namespace
}  // namespace varve::codec
