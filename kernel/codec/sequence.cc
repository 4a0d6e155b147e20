#include "kernel/codec/sequence.h"

#include "kernel/codec/window.h"

namespace varve::codec {
namespace {

constexpr bool has_aux(VectorMode mode) { return mode != VectorMode::kFrame; }

std::uint64_t wrap(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::int64_t wrap(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::size_t payload_bytes(VectorMode mode, Packing packing, const VectorHeader& header,
                          std::size_t values) {
  return packed_bytes(header.width, values, packing) + (has_aux(mode) ? sizeof(std::int64_t) : 0) +
         header.exceptions * (sizeof(std::uint64_t) + sizeof(std::uint16_t));
}

void check_vector(ByteView sequence, std::size_t table_end, const VectorHeader& header,
                  std::size_t values) {
  const unsigned mode = header.mode & ~unsigned{kHorizontalFlag};
  if (mode > static_cast<unsigned>(VectorMode::kLinear)) {
    throw Error(ErrorKind::kUnsupported, "unknown vector mode " + std::to_string(mode));
  }
  require(header.width <= kMaxWidth, "vector width");
  require(header.exceptions <= values, "number of exceptions");
  require(header.offset % 8 == 0 && header.offset >= table_end && header.offset <= sequence.size(),
          "vector offset");
  const auto packing =
      (header.mode & kHorizontalFlag) != 0 ? Packing::kHorizontal : Packing::kLanes;
  const std::size_t bytes = payload_bytes(VectorMode(mode), packing, header, values);
  require(bytes <= sequence.size() - header.offset, "vector beyond its sequence");
  const std::byte* positions =
      sequence.data() + header.offset + bytes - header.exceptions * sizeof(std::uint16_t);
  for (std::size_t i = 0; i < header.exceptions; ++i) {
    require(load<std::uint16_t>(positions + 2 * i) < values, "position of an exception");
  }
}

/// One way to store a vector: the integers that its window is over, and what it costs.
struct Candidate {
  VectorMode mode = VectorMode::kFrame;
  const std::int64_t* integers = nullptr;
  std::int64_t aux = 0;
  Window window;
  double cost = 0;
};

/// Appends the vectors of one sequence.
class VectorWriter {
 public:
  VectorWriter(const IntegerOptions& options, std::size_t start, Bytes& out)
      : options_(options), start_(start), out_(out) {}

  VectorHeader write(const std::int64_t* values, std::size_t n) {
    if (options_.bitmaps) return write_bitmap(values, n);
    const Packing packing = n < kShort ? Packing::kHorizontal : Packing::kLanes;
    return write(choose(values, n, packing), n, packing);
  }

 private:
  static constexpr std::size_t kShort = 256;  // fewer values would leave rows of lanes empty

  /// What costs least. Vectors of a sequence mostly agree: once three in a row have chosen the same
  /// mode, the others are tried again at every eighth, or where it costs an eighth more than it
  /// did.
  Candidate choose(const std::int64_t* values, std::size_t n, Packing packing) {
    if (agreed_ >= kSettled && ++since_trial_ < kTrialEvery) {
      const Candidate same = of_mode(mode_, values, n, packing);
      if (same.cost <= last_cost_ * 1.125) return same;
    }
    const Candidate best = best_of_all(values, n, packing);
    agreed_ = best.mode == mode_ ? agreed_ + 1 : 1;
    mode_ = best.mode;
    last_cost_ = best.cost;
    since_trial_ = 0;
    return best;
  }

  Candidate best_of_all(const std::int64_t* values, std::size_t n, Packing packing) {
    Candidate best = of_mode(VectorMode::kFrame, values, n, packing);
    // Nothing to win: the other modes have eight bytes more.
    if (n < 3 || best.cost <= 8) return best;
    for (const VectorMode mode : {VectorMode::kDelta, VectorMode::kLinear}) {
      const Candidate other = of_mode(mode, values, n, packing);
      if (other.cost < best.cost) best = other;
    }
    return best;
  }

  Candidate of_mode(VectorMode mode, const std::int64_t* values, std::size_t n, Packing packing) {
    if (mode == VectorMode::kDelta && n > 0) {
      kernels().differences(values, n, differences_);
      return candidate(mode, differences_, n, values[0], packing, options_.delta_penalty);
    }
    if (mode == VectorMode::kLinear && n > 1) {
      // The slope of a chord. Values that jump have none worth looking at.
      const std::int64_t slope =
          wrap(wrap(values[n - 1]) - wrap(values[0])) / static_cast<std::int64_t>(n - 1);
      std::copy_n(values, n, residuals_);
      kernels().add_ramp(residuals_, n, wrap(-wrap(slope)));
      return candidate(mode, residuals_, n, slope, packing, options_.linear_penalty);
    }
    return candidate(VectorMode::kFrame, values, n, 0, packing, 0);
  }

  Candidate candidate(VectorMode mode, const std::int64_t* integers, std::size_t n,
                      std::int64_t aux, Packing packing, double penalty) {
    const Window window = windows_[static_cast<unsigned>(mode)].choose({integers, n}, packing);
    const std::size_t bytes = window_bytes(window, n, packing) + (has_aux(mode) ? 8 : 0);
    return {mode, integers, aux, window, static_cast<double>(bytes) * (1 + penalty)};
  }

  VectorHeader write(const Candidate& chosen, std::size_t n, Packing packing) {
    const Window& window = chosen.window;
    const VectorHeader header{
        window.base, static_cast<std::uint32_t>(out_.size() - start_),
        static_cast<std::uint16_t>(window.exceptions), static_cast<std::uint8_t>(window.width),
        static_cast<std::uint8_t>(static_cast<unsigned>(chosen.mode) |
                                  (packing == Packing::kHorizontal ? kHorizontalFlag : 0U))};
    const std::size_t at = out_.size();
    out_.resize(at + packed_bytes(window.width, n, packing));
    pack(chosen.integers, n, wrap(window.base), window.width, packing, out_.data() + at);
    if (has_aux(chosen.mode)) append_value(out_, chosen.aux);
    if (window.exceptions > 0) write_exceptions(chosen, n);
    pad(out_);
    return header;
  }

  void write_exceptions(const Candidate& chosen, std::size_t n) {
    std::size_t value_at = out_.size();
    std::size_t position_at = value_at + chosen.window.exceptions * sizeof(std::int64_t);
    out_.resize(position_at + chosen.window.exceptions * sizeof(std::uint16_t));
    for (std::size_t i = 0; i < n; ++i) {
      if (chosen.window.holds(chosen.integers[i])) continue;
      store(out_.data() + value_at, chosen.integers[i]);
      store(out_.data() + position_at, static_cast<std::uint16_t>(i));
      value_at += sizeof(std::int64_t);
      position_at += sizeof(std::uint16_t);
    }
  }

  VectorHeader write_bitmap(const std::int64_t* values, std::size_t n) {
    const bool mixed = std::any_of(values, values + n, [&](auto v) { return v != values[0]; });
    Candidate bits;
    bits.integers = values;
    bits.window = mixed ? Window{0, 1, 0} : Window{n > 0 ? values[0] : 0, 0, 0};
    return write(bits, n, Packing::kHorizontal);
  }

  static constexpr unsigned kSettled = 3;
  static constexpr unsigned kTrialEvery = 8;

  const IntegerOptions& options_;
  const std::size_t start_;
  Bytes& out_;
  VectorMode mode_ = VectorMode::kFrame;
  unsigned agreed_ = 0;       // vectors in a row that chose mode_
  unsigned since_trial_ = 0;  // vectors since all modes were tried
  double last_cost_ = 0;      // of mode_ at that trial
  WindowChooser windows_[3];  // by mode
  std::int64_t differences_[kVectorRows];
  std::int64_t residuals_[kVectorRows];
};

}  // namespace

void check_known(const SequenceHeader& header) {
  if (header.encoding > static_cast<unsigned>(SequenceEncoding::kRuns)) {
    throw Error(ErrorKind::kUnsupported,
                "unknown encoding " + std::to_string(header.encoding) + " of integers");
  }
  if (header.flags != 0 || header.reserved != 0) {
    throw Error(ErrorKind::kUnsupported,
                "unknown flags " + std::to_string(header.flags) + " of integers");
  }
}

Sequence Sequence::open(ByteView& in, Cut cut) {
  Sequence sequence;
  sequence.cut_ = cut;
  sequence.start_ = in.data();
  require(in.size() >= sizeof(SequenceHeader), "sequence header");
  sequence.header_ = load<SequenceHeader>(in.data());
  check_known(sequence.header_);
  require(sequence.encoding() != SequenceEncoding::kRuns, "runs within runs");
  require(sequence.header_.size >= sizeof(SequenceHeader), "size of a sequence");
  const ByteView bytes = take(in, sequence.header_.size, "sequence beyond its blob");

  if (sequence.encoding() != SequenceEncoding::kVectors) return sequence;
  const std::size_t table_end = sizeof(SequenceHeader) + cut.vectors() * sizeof(VectorHeader);
  require(table_end <= bytes.size(), "vector headers");
  for (std::size_t m = 0; m < cut.vectors(); ++m) {
    const std::byte* at = bytes.data() + sizeof(SequenceHeader) + m * sizeof(VectorHeader);
    check_vector(bytes, table_end, load<VectorHeader>(at), cut.count(m));
  }
  return sequence;
}

PackedVector Sequence::vector(std::size_t m) const noexcept {
  const auto header =
      load<VectorHeader>(start_ + sizeof(SequenceHeader) + m * sizeof(VectorHeader));
  PackedVector vector{};
  vector.mode = static_cast<VectorMode>(header.mode & ~unsigned{kHorizontalFlag});
  vector.packing = (header.mode & kHorizontalFlag) != 0 ? Packing::kHorizontal : Packing::kLanes;
  vector.width = header.width;
  vector.values = cut_.count(m);
  vector.base = header.base;
  vector.packed = start_ + header.offset;
  vector.exceptions = header.exceptions;
  const std::byte* aux = vector.packed + packed_bytes(header.width, vector.values, vector.packing);
  if (has_aux(vector.mode)) vector.aux = load<std::int64_t>(aux);
  vector.exception_values = aux + (has_aux(vector.mode) ? sizeof(std::int64_t) : 0);
  vector.exception_positions = vector.exception_values + vector.exceptions * sizeof(std::uint64_t);
  return vector;
}

void Sequence::decode(std::size_t m, std::int64_t* out) const noexcept {
  const std::size_t n = cut_.count(m);
  const std::uint64_t origin = wrap(header_.origin), step = wrap(header_.step);
  if (encoding() == SequenceEncoding::kConstant) {
    std::fill_n(out, n, header_.origin);
    return;
  }
  if (encoding() == SequenceEncoding::kLinear) {
    std::fill_n(out, n, wrap(origin + step * cut_.start(m)));
    return kernels().add_ramp(out, n, header_.step);
  }

  // A delta vector's codes are differences, from which the origin has gone.
  const PackedVector v = vector(m);
  const std::uint64_t add = v.mode == VectorMode::kDelta ? 0 : origin;
  unpack(v.packed, n, v.width, v.packing, add + step * wrap(v.base), step, out);
  for (std::size_t i = 0; i < v.exceptions; ++i) {
    const auto exception = load<std::uint64_t>(v.exception_values + i * sizeof(std::uint64_t));
    const auto position = load<std::uint16_t>(v.exception_positions + i * sizeof(std::uint16_t));
    out[position] = wrap(add + step * exception);
  }
  if (v.mode == VectorMode::kDelta) {
    kernels().prefix_sum(out, n, wrap(origin + step * wrap(v.aux)));
  } else if (v.mode == VectorMode::kLinear) {
    kernels().add_ramp(out, n, wrap(step * wrap(v.aux)));
  }
}

std::int64_t Sequence::at(std::size_t m, std::size_t i) const noexcept {
  const std::uint64_t origin = wrap(header_.origin), step = wrap(header_.step);
  if (encoding() == SequenceEncoding::kConstant) return header_.origin;
  if (encoding() == SequenceEncoding::kLinear) return wrap(origin + step * (cut_.start(m) + i));
  const PackedVector v = vector(m);
  if (v.mode == VectorMode::kDelta) {
    std::int64_t all[kVectorRows];
    decode(m, all);
    return all[i];
  }
  std::uint64_t code = wrap(v.base) + unpack_one(v.packed, i, v.width, v.packing);
  for (std::size_t k = 0; k < v.exceptions; ++k) {
    if (load<std::uint16_t>(v.exception_positions + k * sizeof(std::uint16_t)) != i) continue;
    code = load<std::uint64_t>(v.exception_values + k * sizeof(std::uint64_t));
  }
  const std::uint64_t slope = v.mode == VectorMode::kLinear ? wrap(v.aux) : 0;
  return wrap(origin + step * (code + slope * i));
}

namespace {

/// A common divisor of all distances from the minimum: odd << shift.
struct Divisor {
  std::uint64_t odd = 1;
  unsigned shift = 0;
  [[nodiscard]] std::uint64_t value() const { return odd << shift; }
};

std::uint64_t gcd(std::uint64_t a, std::uint64_t b) {
  while (b != 0) {
    const std::uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/// A guess from 64 values; divide_exactly() finds out whether it holds for the others.
Divisor guess_divisor(std::span<const std::int64_t> values, std::int64_t min) {
  std::uint64_t common = 0;
  const std::size_t stride = std::max<std::size_t>(1, values.size() / 64);
  for (std::size_t i = 0; i < values.size() && common != 1; i += stride) {
    common = gcd(wrap(values[i]) - wrap(min), common);
  }
  if (common < 2) return {};
  const auto shift = static_cast<unsigned>(std::countr_zero(common));
  return {common >> shift, shift};
}

/// x with x * odd = 1 modulo 2^64, by Newton's method: each step doubles the bits that are right,
/// and odd * odd = 1 modulo 8 gives the first three (Hacker's Delight, section 10-17).
std::uint64_t inverse(std::uint64_t odd) {
  std::uint64_t x = odd;
  for (int bits = 3; bits < 64; bits *= 2) x *= 2 - odd * x;
  return x;
}

void write_vectors(std::span<const std::int64_t> values, Cut cut, std::size_t start,
                   const IntegerOptions& options, Bytes& out) {
  std::size_t header_at = out.size();
  out.resize(out.size() + cut.vectors() * sizeof(VectorHeader));
  VectorWriter writer(options, start, out);
  for (std::size_t m = 0; m < cut.vectors(); ++m) {
    const VectorHeader header = writer.write(values.data() + cut.start(m), cut.count(m));
    store(out.data() + header_at, header);
    header_at += sizeof(VectorHeader);
  }
}

}  // namespace

void encode_sequence(std::span<const std::int64_t> values, Cut cut, const Shape& shape,
                     const IntegerOptions& options, Bytes& out) {
  const std::size_t start = out.size();
  const auto begin = [&](SequenceEncoding encoding, std::int64_t origin, std::int64_t step) {
    append_value(out, SequenceHeader{static_cast<std::uint8_t>(encoding), 0, 0,
                                     sizeof(SequenceHeader), origin, step});
  };
  if (values.empty() || shape.changes == 0) {
    return begin(SequenceEncoding::kConstant, values.empty() ? 0 : values[0], 0);
  }
  if (shape.bends == 0) {
    return begin(SequenceEncoding::kLinear, values[0], wrap(wrap(values[1]) - wrap(values[0])));
  }

  const Divisor divisor = options.bitmaps ? Divisor{} : guess_divisor(values, shape.min);
  std::pmr::vector<std::int64_t> quotients(out.get_allocator());
  if (divisor.value() > 1) {
    quotients.resize(values.size());
    const std::uint64_t limit = ~std::uint64_t{0} / divisor.odd >> divisor.shift;
    if (kernels().divide_exactly(values.data(), values.size(), wrap(shape.min), divisor.shift,
                                 inverse(divisor.odd), limit, quotients.data())) {
      begin(SequenceEncoding::kVectors, shape.min, wrap(divisor.value()));
      write_vectors(quotients, cut, start, options, out);
      return store(out.data() + start + offsetof(SequenceHeader, size),
                   static_cast<std::uint32_t>(out.size() - start));
    }
  }
  begin(SequenceEncoding::kVectors, 0, 1);
  write_vectors(values, cut, start, options, out);
  store(out.data() + start + offsetof(SequenceHeader, size),
        static_cast<std::uint32_t>(out.size() - start));
}

}  // namespace varve::codec
