/// Size and speed of segments of 65,536 rows, by shape of data: bits_per_value, and items per
/// second (the inverse of ns a value) of encoding and decoding. Beside them what the plain layout
/// costs to copy, and lz4 and zstd over it.
#include <benchmark/benchmark.h>
#include <lz4.h>
#include <zstd.h>

#include "kernel/codec/boolean_segment.h"
#include "kernel/codec/double_segment.h"
#include "kernel/codec/integer_segment.h"
#include "kernel/codec/shapes.h"
#include "kernel/codec/string_segment.h"

namespace varve::codec {
namespace {

constexpr std::size_t kRows = 65536;

void report(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * std::int64_t{kRows});
  state.counters["bits_per_value"] = 8.0 * double(bytes) / double(kRows);
  state.counters["ns_per_value"] =
      benchmark::Counter(double(kRows) * 1e-9, benchmark::Counter::kIsIterationInvariantRate |
                                                   benchmark::Counter::kInvert);
}

template <class Segment>
struct Codec;

template <>
struct Codec<IntegerSegment> {
  using Value = std::int64_t;
  static constexpr auto& kShapes = shapes::kIntegerShapes;
};
template <>
struct Codec<DoubleSegment> {
  using Value = double;
  static constexpr auto& kShapes = shapes::kDoubleShapes;
};

template <class Segment>
void encode(benchmark::State& state) {
  const auto values = shapes::make(Codec<Segment>::kShapes[std::size_t(state.range(0))], kRows);
  Bytes blob;
  for (auto _ : state) {
    blob.clear();
    Segment::encode({kRows}, values, blob);
  }
  report(state, blob.size());
}

template <class Segment>
void decode(benchmark::State& state) {
  const auto values = shapes::make(Codec<Segment>::kShapes[std::size_t(state.range(0))], kRows);
  Bytes blob;
  Segment::encode({kRows}, values, blob);
  const Segment segment(blob);
  typename Codec<Segment>::Value vector[kVectorRows];
  for (auto _ : state) {
    for (std::size_t m = 0; m < segment.vectors(); ++m) {
      segment.decode(m, vector);
      benchmark::DoNotOptimize(vector[0]);
      benchmark::ClobberMemory();
    }
  }
  report(state, blob.size());
}

/// The reference lines: the values as an array, copied, or through a general compressor.
template <class Segment>
void decode_plain(benchmark::State& state) {
  const auto values = shapes::make(Codec<Segment>::kShapes[std::size_t(state.range(0))], kRows);
  std::vector<typename Codec<Segment>::Value> copy(kRows);
  for (auto _ : state) {
    std::memcpy(copy.data(), values.data(), kRows * 8);
    benchmark::ClobberMemory();
  }
  report(state, kRows * 8);
}

template <class Segment>
void decode_lz4(benchmark::State& state) {
  const auto values = shapes::make(Codec<Segment>::kShapes[std::size_t(state.range(0))], kRows);
  std::vector<char> packed(std::size_t(LZ4_compressBound(kRows * 8)));
  const int size = LZ4_compress_default(reinterpret_cast<const char*>(values.data()), packed.data(),
                                        kRows * 8, int(packed.size()));
  std::vector<char> out(kRows * 8);
  for (auto _ : state) LZ4_decompress_safe(packed.data(), out.data(), size, int(out.size()));
  report(state, std::size_t(size));
}

template <class Segment>
void decode_zstd(benchmark::State& state) {
  const auto values = shapes::make(Codec<Segment>::kShapes[std::size_t(state.range(0))], kRows);
  std::vector<char> packed(ZSTD_compressBound(kRows * 8));
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), values.data(), kRows * 8, 3);
  std::vector<char> out(kRows * 8);
  for (auto _ : state) ZSTD_decompress(out.data(), out.size(), packed.data(), size);
  report(state, size);
}

std::vector<std::string> strings(std::int64_t shape) {
  return shapes::make(shapes::kStringShapes[std::size_t(shape)], kRows);
}

void encode_strings(benchmark::State& state) {
  const auto values = strings(state.range(0));
  const std::vector<std::string_view> views(values.begin(), values.end());
  Bytes blob;
  for (auto _ : state) {
    blob.clear();
    StringSegment::encode({kRows}, views, blob);
  }
  report(state, blob.size());
}

void decode_strings(benchmark::State& state) {
  const auto values = strings(state.range(0));
  Bytes blob;
  StringSegment::encode({kRows}, std::vector<std::string_view>(values.begin(), values.end()), blob);
  const StringSegment segment(blob);
  for (auto _ : state) {
    StringReader reader(segment);
    for (std::size_t m = 0; m < segment.vectors(); ++m) {
      benchmark::DoNotOptimize(reader.decode(m));
    }
  }
  report(state, blob.size());
}

/// Names benchmarks after shapes, since an argument of 7 says nothing.
template <std::size_t Count, class Shape>
void register_all(const Shape (&all)[Count],
                  std::initializer_list<std::pair<const char*, void (*)(benchmark::State&)>> runs) {
  for (std::size_t i = 0; i < Count; ++i) {
    for (const auto& [name, run] : runs) {
      benchmark::RegisterBenchmark((std::string(all[i].name) + "/" + name).c_str(), run)
          ->Arg(std::int64_t(i));
    }
  }
}

const bool kRegistered = [] {
  register_all(shapes::kIntegerShapes, {{"encode", encode<IntegerSegment>},
                                        {"decode", decode<IntegerSegment>},
                                        {"plain", decode_plain<IntegerSegment>},
                                        {"lz4", decode_lz4<IntegerSegment>},
                                        {"zstd3", decode_zstd<IntegerSegment>}});
  register_all(shapes::kDoubleShapes, {{"encode", encode<DoubleSegment>},
                                       {"decode", decode<DoubleSegment>},
                                       {"plain", decode_plain<DoubleSegment>},
                                       {"lz4", decode_lz4<DoubleSegment>},
                                       {"zstd3", decode_zstd<DoubleSegment>}});
  register_all(shapes::kStringShapes, {{"encode", encode_strings}, {"decode", decode_strings}});
  return true;
}();

}  // namespace
}  // namespace varve::codec
