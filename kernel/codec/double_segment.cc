#include "kernel/codec/double_segment.h"

#include <array>

#include "kernel/codec/alp_rd.h"
#include "kernel/codec/window.h"

namespace varve::codec {
namespace {

constexpr std::size_t kRuns = 4;  // of the sample
constexpr std::size_t kRunLength = 256;
constexpr std::size_t kValuesPerRun = 16;  // at least, or runs of equal values do not pay
constexpr double kDictionaryGain = 0.1;

/// Evenly spread runs of consecutive values; all of them where there are few.
struct Sample {
  explicit Sample(std::span<const double> values) {
    if (values.size() <= kVectorRows) {
      if (!values.empty()) runs[count++] = values;
      return;
    }
    const std::size_t stride = (values.size() - kRunLength) / (kRuns - 1);
    for (; count < kRuns; ++count) runs[count] = values.subspan(count * stride, kRunLength);
  }
  [[nodiscard]] std::span<const std::span<const double>> all() const {
    return std::span(runs).first(count);
  }

  std::array<std::span<const double>, kRuns> runs;
  std::size_t count = 0;
};

std::int64_t ordered_float_bits(double value) {
  const auto bits = std::bit_cast<std::int32_t>(static_cast<float>(value));
  return bits < 0 ? bits ^ std::numeric_limits<std::int32_t>::max() : bits;
}

double from_ordered_float_bits(std::int64_t ordered) {
  const auto bits = static_cast<std::int32_t>(ordered);
  return static_cast<double>(
      std::bit_cast<float>(bits < 0 ? bits ^ std::numeric_limits<std::int32_t>::max() : bits));
}

/// Writes the segment of one column in one encoding after another.
class Encoder {
 public:
  Encoder(const Validity& validity, std::span<const double> values, const SegmentOptions& options,
          std::pmr::memory_resource* memory)
      : validity_(validity),
        values_(values),
        options_(options),
        ordered_(values.size(), memory),
        ranges_(memory) {
    const Cut cut = validity.cut();
    for (std::size_t m = 0; m < cut.vectors(); ++m) {
      if (cut.count(m) > 0) {
        look_at(cut.start(m), cut.count(m));
      } else if (options.zones) {
        ranges_.push_back(kNoKeys);
      }
    }
  }

  [[nodiscard]] std::optional<DoubleRange> range() const {
    constexpr std::int64_t kInfinity = 0x7ff0000000000000;
    // NaNs are on either side of the infinities.
    if (values_.empty() || extremes_.min < ~kInfinity || extremes_.max > kInfinity) return {};
    return DoubleRange{from_ordered_bits(extremes_.min), from_ordered_bits(extremes_.max)};
  }

  /// Appends the encoding that is smallest by a sample.
  void encode(Bytes& out) {
    if (runs_pay()) return write_bits(out);
    const Sample sample(values_);
    const bool floats = kernels().all_floats(values_.data(), values_.size());
    const DecimalChoice decimal = choose_decimal(sample.all(), floats);
    const AlpRdChoice rd = decimal.bits > 32 ? rd_of(sample) : AlpRdChoice{};
    const double bits = floats ? 32 : 64;

    const double least = std::min({decimal.bits, rd.bits, bits});
    if (write_dictionary(least, out)) return;
    const std::size_t start = out.size();
    if (decimal.bits == least) {
      write_decimals(decimal.decimal, out);
    } else if (rd.bits == least) {
      write_alp_rd(rd.parts, out);
    } else {
      return write_bits(out);
    }
    prefer_bits(start, out);
  }

 private:
  /// One vector's order and range, and what it adds to the whole.
  void look_at(std::size_t start, std::size_t n) {
    std::int64_t* ordered = ordered_.data() + start;
    kernels().order(values_.data() + start, n, ordered);
    const Shape shape = kernels().shape(ordered, n);
    if (options_.zones) {
      ranges_.push_back(range_of(values_.subspan(start, n), Extremes{shape.min, shape.max}));
    }
    changes_ += shape.changes + (start > 0 && ordered[-1] != ordered[0] ? 1 : 0);
    extremes_.min = std::min(extremes_.min, shape.min);
    extremes_.max = std::max(extremes_.max, shape.max);
  }

  [[nodiscard]] bool runs_pay() const {
    return changes_ == 0 || (changes_ + 1) * kValuesPerRun < values_.size();
  }

  static AlpRdChoice rd_of(const Sample& sample) {
    std::array<double, kRuns * kRunLength> values;
    std::size_t n = 0;
    for (const auto& run : sample.all()) {
      n = static_cast<std::size_t>(std::ranges::copy(run, values.begin() + n).out - values.begin());
    }
    return choose_alp_rd(std::span(values).first(n));
  }

  SegmentWriter begin(SegmentEncoding encoding, Bytes& out) const {
    return {SegmentType::kDouble, encoding, validity_, out};
  }

  void write_bits(Bytes& out) const {
    SegmentWriter writer = begin(SegmentEncoding::kPlain, out);
    if (kernels().all_floats(values_.data(), values_.size())) {
      writer.header.flags = kFloatFlag;
      std::pmr::vector<std::int64_t> bits(values_.size(), out.get_allocator());
      std::ranges::transform(values_, bits.begin(), ordered_float_bits);
      encode_integers(bits, validity_.cut(), options_.integers, out);
    } else {
      encode_integers(ordered_, validity_.cut(), options_.integers, out);
    }
    writer.finish(ranges_);
  }

  void write_decimals(const Decimal& decimal, Bytes& out) const {
    const bool divide = decimal.kind == Decimal::Kind::kDivide;
    SegmentWriter writer = begin(divide ? SegmentEncoding::kDecimal : SegmentEncoding::kAlp, out);
    writer.header.p0 = decimal.exponent;
    writer.header.p1 = decimal.factor;
    writer.header.flags = decimal.to_float ? kFloatFlag : 0;

    const Cut cut = validity_.cut();
    std::pmr::vector<std::int64_t> integers(values_.size(), out.get_allocator());
    PatchWriter patches(cut.vectors(), out.get_allocator().resource());
    std::uint8_t differs[kVectorRows];
    for (std::size_t m = 0; m < cut.vectors(); ++m) {
      const double* vector = values_.data() + cut.start(m);
      if (decimal.encode(vector, cut.count(m), integers.data() + cut.start(m), differs) == 0) {
        continue;
      }
      for (std::size_t i = 0; i < cut.count(m); ++i) {
        if (differs[i] != 0) patches.add(m, i, vector[i]);
      }
    }
    encode_integers(integers, cut, options_.integers, out);
    finish(writer, patches, out);
  }

  void write_alp_rd(const AlpRd& parts, Bytes& out) const {
    SegmentWriter writer = begin(SegmentEncoding::kAlpRd, out);
    writer.header.p0 = static_cast<std::uint8_t>(parts.right);
    writer.header.p1 = static_cast<std::uint8_t>(parts.entries);
    const Cut cut = validity_.cut();
    std::pmr::vector<std::int64_t> left(values_.size(), out.get_allocator());
    std::pmr::vector<std::int64_t> right(values_.size(), out.get_allocator());
    PatchWriter patches(cut.vectors(), out.get_allocator().resource());
    for (std::size_t m = 0; m < cut.vectors(); ++m) {
      for (std::size_t i = cut.start(m); i < cut.start(m + 1); ++i) {
        const auto bits = std::bit_cast<std::uint64_t>(values_[i]);
        const unsigned code = parts.code(bits);
        if (code == parts.entries) {
          patches.add(m, i - cut.start(m), values_[i]);
          continue;
        }
        left[i] = code;
        right[i] = static_cast<std::int64_t>(bits & low_bits(parts.right));
      }
    }
    encode_integers(left, cut, options_.integers, out);
    encode_integers(right, cut, options_.integers, out);
    writer.begin_aux();
    append_value(out, parts.left);
    finish(writer, patches, out);
  }

  void finish(SegmentWriter& writer, const PatchWriter& patches, Bytes& out) const {
    if (!patches.empty()) {
      if (writer.header.aux == 0) writer.begin_aux();
      writer.header.flags |= kPatchesFlag;
      patches.append_to(out);
    }
    writer.finish(ranges_);
  }

  /// A dictionary, where that takes enough less than `bits` a value.
  bool write_dictionary(double bits, Bytes& out) const {
    const std::span<const std::int64_t> ordered(ordered_);
    const Tuples tuples{{&ordered, 1}};
    if (bits < 8 || !repeats(tuples)) return false;
    const auto codes = dictionary_of(tuples, out.get_allocator().resource());
    if (!codes) return false;
    const std::size_t start = out.size();
    SegmentWriter writer = begin(SegmentEncoding::kDictionary, out);
    encode_integers(codes->codes, validity_.cut(), options_.integers, out);
    writer.begin_aux();
    append_entries(tuples, *codes, out);
    writer.finish(ranges_);
    if (8.0 * double(out.size() - start) <= bits * (1 - kDictionaryGain) * double(values_.size())) {
      return true;
    }
    out.resize(start);
    return false;
  }

  /// The sample may have promised too much.
  void prefer_bits(std::size_t start, Bytes& out) const {
    if (out.size() - start < values_.size() * sizeof(double)) return;
    Bytes other(out.get_allocator());
    write_bits(other);
    if (other.size() >= out.size() - start) return;
    out.resize(start);
    append(out, other);
  }

  const Validity& validity_;
  std::span<const double> values_;
  const SegmentOptions& options_;
  std::pmr::vector<std::int64_t> ordered_;
  std::pmr::vector<KeyRange> ranges_;
  std::size_t changes_ = 0;  // values that differ from their predecessor
  Extremes extremes_{std::numeric_limits<std::int64_t>::max(),
                     std::numeric_limits<std::int64_t>::min()};  // of ordered_
};

}  // namespace

std::optional<DoubleRange> DoubleSegment::encode(Rows rows, std::span<const double> values,
                                                 Bytes& out, const SegmentOptions& options) {
  pad(out);
  std::pmr::memory_resource* memory = out.get_allocator().resource();
  const Validity validity(rows, memory);
  check_input(validity, values.size());
  Encoder encoder(validity, values, options, memory);
  encoder.encode(out);
  return encoder.range();
}

DoubleSegment::DoubleSegment(ByteView blob, std::pmr::memory_resource* memory)
    : Segment(blob, SegmentType::kDouble, memory), patches_(memory) {
  ByteView in = body();
  const bool to_float = (header_.flags & kFloatFlag) != 0;
  const bool patched = (header_.flags & kPatchesFlag) != 0;
  switch (encoding()) {
    case SegmentEncoding::kDictionary:
      require(!to_float && !patched, "flags of a dictionary");
      dictionary_.emplace(in, cut(), aux(), 1, memory);
      return;
    case SegmentEncoding::kPlain:
      require(!patched, "patches of plain doubles");
      integers_ = Integers::open(in, cut());
      return;
    case SegmentEncoding::kDecimal:
    case SegmentEncoding::kAlp:
      decimal_ = {
          encoding() == SegmentEncoding::kAlp ? Decimal::Kind::kMultiply : Decimal::Kind::kDivide,
          header_.p0, header_.p1, to_float};
      require(decimal_.valid(), "exponent of decimals");
      integers_ = Integers::open(in, cut());
      if (patched) patches_ = Patches(aux(), cut(), memory);
      return;
    case SegmentEncoding::kAlpRd: {
      require(header_.p0 < 64 && header_.p0 >= 48 && header_.p1 <= 8 && !to_float,
              "parameters of ALP-RD");
      integers_ = Integers::open(in, cut());
      right_ = Integers::open(in, cut());
      ByteView rest = aux();
      for (std::uint64_t& left : left_) left = take_value<std::uint16_t>(rest, "left parts");
      if (patched) patches_ = Patches(rest, cut(), memory);
      return;
    }
  }
}

void DoubleSegment::decode(std::size_t m, double* out) const {
  const std::size_t n = validity_.values_in(m);
  std::int64_t integers[kVectorRows];
  if (dictionary_) {
    dictionary_->decode(m, 0, integers);
    for (std::size_t i = 0; i < n; ++i) out[i] = from_ordered_bits(integers[i]);
    return;
  }
  integers_.decode(m, integers);
  switch (encoding()) {
    case SegmentEncoding::kPlain:
      if ((header_.flags & kFloatFlag) != 0) {
        for (std::size_t i = 0; i < n; ++i) out[i] = from_ordered_float_bits(integers[i]);
      } else {
        for (std::size_t i = 0; i < n; ++i) out[i] = from_ordered_bits(integers[i]);
      }
      return;
    case SegmentEncoding::kAlpRd: {
      std::int64_t right[kVectorRows];
      right_.decode(m, right);
      for (std::size_t i = 0; i < n; ++i) {
        const auto code = static_cast<std::uint64_t>(integers[i]) & 7;
        out[i] =
            std::bit_cast<double>(left_[code] << header_.p0 | static_cast<std::uint64_t>(right[i]));
      }
      break;
    }
    default: decimal_.decode(integers, n, out); break;
  }
  patches_.apply(m, out);
}

double DoubleSegment::at(std::size_t m, std::size_t i) const {
  if (dictionary_) return from_ordered_bits(dictionary_->at(m, i, 0));
  if (const auto patch = patches_.find(m, i)) return *patch;
  const std::int64_t integer = integers_.at(m, i);
  switch (encoding()) {
    case SegmentEncoding::kPlain:
      return (header_.flags & kFloatFlag) != 0 ? from_ordered_float_bits(integer)
                                               : from_ordered_bits(integer);
    case SegmentEncoding::kAlpRd: {
      const std::uint64_t left = left_[static_cast<std::uint64_t>(integer) & 7];
      return std::bit_cast<double>(left << header_.p0 |
                                   static_cast<std::uint64_t>(right_.at(m, i)));
    }
    default: {
      double value = 0;
      decimal_.decode(&integer, 1, &value);
      return value;
    }
  }
}

const Integers* DoubleSegment::decimal_integers() const noexcept {
  const bool decimal =
      encoding() == SegmentEncoding::kDecimal || encoding() == SegmentEncoding::kAlp;
  return decimal && (header_.flags & kPatchesFlag) == 0 ? &integers_ : nullptr;
}

}  // namespace varve::codec
