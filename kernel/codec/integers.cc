#include "kernel/codec/integers.h"

namespace varve::codec {
namespace {

constexpr std::size_t kValuesPerRun = 8;  // at least, or runs do not pay
constexpr std::size_t kMaxRuns = 65536;   // a run's number has 16 bits

}  // namespace

Integers Integers::open(ByteView& in, Cut cut) {
  Integers integers;
  integers.cut_ = cut;
  require(in.size() >= sizeof(SequenceHeader), "sequence header");
  const auto header = load<SequenceHeader>(in.data());
  check_known(header);
  if (header.encoding != static_cast<std::uint8_t>(SequenceEncoding::kRuns)) {
    integers.plain_ = Sequence::open(in, cut);
    return integers;
  }

  ByteView body = take(in, header.size, "runs beyond their blob");
  take(body, sizeof(SequenceHeader), "runs");
  require(header.step > 0 && header.step <= static_cast<std::int64_t>(kMaxRuns), "number of runs");
  integers.runs_ = static_cast<std::size_t>(header.step);
  integers.first_runs_ =
      take(body, padded(cut.vectors() * sizeof(std::uint16_t)), "first runs").data();
  for (std::size_t m = 0; m < cut.vectors(); ++m) {
    require(load<std::uint16_t>(integers.first_runs_ + 2 * m) < integers.runs_, "first run");
  }
  integers.plain_ = Sequence::open(body, Cut(integers.runs_));
  integers.ends_ = Sequence::open(body, Cut(integers.runs_));
  return integers;
}

void Integers::decode(std::size_t m, std::int64_t* out) const noexcept {
  if (runs_ == 0) return plain_.decode(m, out);
  decode_runs(m, out);
}

std::int64_t Integers::at(std::size_t m, std::size_t i) const noexcept {
  return runs_ == 0 ? plain_.at(m, i) : value_of_run(m, i);
}

/// The first run that ends behind the integer; 0 where none does, as decode_runs().
std::int64_t Integers::value_of_run(std::size_t m, std::size_t i) const noexcept {
  std::int64_t ends[kVectorRows];
  const auto ordinal = static_cast<std::int64_t>(cut_.start(m) + i);
  std::size_t run = load<std::uint16_t>(first_runs_ + 2 * m) % kVectorRows;
  for (std::size_t block = load<std::uint16_t>(first_runs_ + 2 * m) / kVectorRows;
       block < ends_.cut().vectors(); ++block, run = 0) {
    ends_.decode(block, ends);
    for (; run < ends_.cut().count(block); ++run) {
      if (ends[run] > ordinal) return plain_.at(block, run);
    }
  }
  return 0;
}

void Integers::decode_runs(std::size_t m, std::int64_t* out) const noexcept {
  std::int64_t values[kVectorRows];
  std::int64_t ends[kVectorRows];
  const auto start = static_cast<std::int64_t>(cut_.start(m));
  const auto n = static_cast<std::int64_t>(cut_.count(m));
  const std::size_t first = load<std::uint16_t>(first_runs_ + 2 * m);

  // Ends are not checked when the blob is opened, but clamped here: hostile ones give wrong
  // values, never a write beyond `out`.
  std::int64_t at = 0;
  for (std::size_t block = first / kVectorRows; at < n; ++block) {
    if (block >= plain_.cut().vectors()) break;
    plain_.decode(block, values);
    ends_.decode(block, ends);
    const std::size_t count = plain_.cut().count(block);
    for (std::size_t run = block == first / kVectorRows ? first % kVectorRows : 0;
         run < count && at < n; ++run) {
      const std::int64_t end = std::clamp(ends[run], start + at, start + n) - start;
      std::fill(out + at, out + end, values[run]);
      at = end;
    }
  }
  std::fill(out + at, out + n, 0);
}

namespace {

void encode_runs(std::span<const std::int64_t> values, Cut cut, const Shape& shape,
                 const IntegerOptions& options, Bytes& out) {
  std::pmr::vector<std::int64_t> run_values(out.get_allocator()), ends(out.get_allocator());
  run_values.reserve(shape.changes + 1);
  ends.reserve(shape.changes + 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && values[i] == values[i - 1]) continue;
    if (i > 0) ends.push_back(static_cast<std::int64_t>(i));
    run_values.push_back(values[i]);
  }
  ends.push_back(static_cast<std::int64_t>(values.size()));

  const std::size_t start = out.size();
  append_value(out, SequenceHeader{static_cast<std::uint8_t>(SequenceEncoding::kRuns), 0, 0, 0, 0,
                                   static_cast<std::int64_t>(run_values.size())});
  std::size_t run = 0;
  for (std::size_t m = 0; m < cut.vectors(); ++m) {
    const auto first = static_cast<std::int64_t>(cut.start(m));
    while (run + 1 < ends.size() && ends[run] <= first) ++run;
    append_value(out, static_cast<std::uint16_t>(run));
  }
  pad(out);
  IntegerOptions inner = options;
  inner.bitmaps = false;
  for (const auto& part : {std::span(run_values), std::span(ends)}) {
    encode_sequence(part, Cut(part.size()), kernels().shape(part.data(), part.size()), inner, out);
  }
  store(out.data() + start + offsetof(SequenceHeader, size),
        static_cast<std::uint32_t>(out.size() - start));
}

}  // namespace

void encode_integers(std::span<const std::int64_t> values, Cut cut, const IntegerOptions& options,
                     Bytes& out) {
  const Shape shape = values.empty() ? Shape{} : kernels().shape(values.data(), values.size());
  const std::size_t runs = shape.changes + 1;
  if (shape.changes > 0 && shape.bends > 0 && runs * kValuesPerRun < values.size() &&
      runs <= kMaxRuns) {
    return encode_runs(values, cut, shape, options, out);
  }
  encode_sequence(values, cut, shape, options, out);
}

}  // namespace varve::codec
