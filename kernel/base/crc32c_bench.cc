#include "kernel/base/crc32c.h"

#include <benchmark/benchmark.h>
#include <vector>

namespace varve {
namespace {

/// Checksum of one block of a columnar chunk: about 8 KB, and of a long run.
template <auto Crc>
void checksum(benchmark::State& state) {
  const std::vector<std::byte> block(static_cast<std::size_t>(state.range(0)), std::byte{0x5a});
  for (auto _ : state) benchmark::DoNotOptimize(Crc(block, 0));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum<crc32c>)->Arg(64)->Arg(8192)->Arg(1 << 20);
BENCHMARK(checksum<crc32c_portable>)->Arg(64)->Arg(8192)->Arg(1 << 20);

}  // namespace
}  // namespace varve
