#include "kernel/codec/dictionary.h"

#include <functional>
#include <numeric>

namespace varve::codec {
namespace {

constexpr std::size_t kSample = 1024;

/// The finalizer of MurmurHash3: every bit of the input reaches every bit of the output.
std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccd;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53;
  return x ^ x >> 33;
}

struct TupleValues {
  Tuples tuples;

  [[nodiscard]] std::size_t size() const { return tuples.size(); }
  [[nodiscard]] std::uint64_t hash(std::size_t i) const {
    std::uint64_t hash = 0;
    for (const auto& field : tuples.fields) hash = mix(hash ^ static_cast<std::uint64_t>(field[i]));
    return hash;
  }
  [[nodiscard]] bool equal(std::size_t a, std::size_t b) const {
    return std::ranges::all_of(tuples.fields, [&](const auto& f) { return f[a] == f[b]; });
  }
  [[nodiscard]] bool less(std::size_t a, std::size_t b) const {
    for (const auto& field : tuples.fields) {
      if (field[a] != field[b]) return field[a] < field[b];
    }
    return false;
  }
};

struct StringValues {
  std::span<const std::string_view> strings;

  [[nodiscard]] std::size_t size() const { return strings.size(); }
  [[nodiscard]] std::uint64_t hash(std::size_t i) const {
    return mix(std::hash<std::string_view>()(strings[i]));
  }
  [[nodiscard]] bool equal(std::size_t a, std::size_t b) const { return strings[a] == strings[b]; }
  [[nodiscard]] bool less(std::size_t a, std::size_t b) const { return strings[a] < strings[b]; }
};

/// Numbers distinct values in order of appearance, by open addressing.
template <class Values>
class Numbering {
 public:
  Numbering(const Values& values, std::size_t most, std::pmr::memory_resource* memory)
      : values_(values),
        most_(most),
        slots_(std::bit_ceil(2 * std::min(most, values.size()) + 2), kEmpty, memory),
        entries_(memory) {}

  /// The number of value i, or none where there would be too many.
  std::optional<std::uint32_t> number(std::size_t i) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = values_.hash(i) & mask;; slot = (slot + 1) & mask) {
      if (slots_[slot] == kEmpty) {
        if (entries_.size() == most_) return std::nullopt;
        slots_[slot] = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back(static_cast<std::uint32_t>(i));
        return slots_[slot];
      }
      if (values_.equal(entries_[slots_[slot]], i)) return slots_[slot];
    }
  }

  std::pmr::vector<std::uint32_t>& entries() { return entries_; }

 private:
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};

  const Values& values_;
  std::size_t most_;
  std::pmr::vector<std::uint32_t> slots_;
  std::pmr::vector<std::uint32_t> entries_;
};

template <class Values>
std::optional<Codes> codes_of(const Values& values, std::size_t most,
                              std::pmr::memory_resource* memory) {
  Numbering numbering(values, most, memory);
  Codes result{std::pmr::vector<std::int64_t>(values.size(), memory),
               std::pmr::vector<std::uint32_t>(memory)};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && values.equal(i - 1, i)) {  // sorted rows have many in a row
      result.codes[i] = result.codes[i - 1];
      continue;
    }
    const auto number = numbering.number(i);
    if (!number) return std::nullopt;
    result.codes[i] = *number;
  }

  // Renumber in ascending order.
  const auto& entries = numbering.entries();
  std::pmr::vector<std::uint32_t> order(entries.size(), memory), rank(entries.size(), memory);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](auto a, auto b) { return values.less(entries[a], entries[b]); });
  for (std::size_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = static_cast<std::uint32_t>(i);
    result.entries.push_back(entries[order[i]]);
  }
  for (auto& code : result.codes) code = rank[static_cast<std::size_t>(code)];
  return result;
}

/// Whether at least this share of a sample's values, of 128, repeats others of it.
template <class Values>
bool repeats_itself(const Values& values, std::size_t share) {
  const std::size_t stride = std::max<std::size_t>(1, values.size() / kSample);
  const std::size_t sampled = (values.size() + stride - 1) / stride;
  const std::size_t most = sampled - (sampled * share + 127) / 128;
  Numbering numbering(values, most, std::pmr::get_default_resource());
  for (std::size_t i = 0; i < values.size(); i += stride) {
    if (!numbering.number(i)) return false;
  }
  return true;
}

constexpr std::size_t kMostRepeat = 96;  // of 128
constexpr std::size_t kFewRepeat = 1;

}  // namespace

std::optional<Codes> dictionary_of(Tuples values, std::pmr::memory_resource* memory) {
  return codes_of(TupleValues{values}, kMaxEntries, memory);
}

std::optional<Codes> dictionary_of(std::span<const std::string_view> values, std::size_t most,
                                   std::pmr::memory_resource* memory) {
  return codes_of(StringValues{values}, most, memory);
}

bool repeats(Tuples values) {
  return repeats_itself(TupleValues{values}, values.fields.size() > 1 ? kFewRepeat : kMostRepeat);
}

void append_entries(Tuples values, const Codes& codes, Bytes& out) {
  append_value(out, static_cast<std::uint64_t>(codes.entries.size()));
  std::pmr::vector<std::int64_t> entries(codes.entries.size(), out.get_allocator());
  for (const auto& field : values.fields) {
    std::ranges::transform(codes.entries, entries.begin(), [&](auto i) { return field[i]; });
    const Shape shape = entries.empty() ? Shape{} : kernels().shape(entries.data(), entries.size());
    encode_sequence(entries, Cut(entries.size()), shape, {}, out);
  }
}

Dictionary::Dictionary(ByteView codes, Cut cut, ByteView aux, std::size_t fields,
                       std::pmr::memory_resource* memory)
    : codes_(Integers::open(codes, cut)), entries_(memory) {
  const auto size = take_value<std::uint64_t>(aux, "dictionary");
  require(size <= kMaxEntries, "size of a dictionary");
  size_ = size;
  entries_.resize(fields * size_);
  for (std::size_t field = 0; field < fields; ++field) {
    const Sequence sequence = Sequence::open(aux, Cut(size_));
    for (std::size_t m = 0; m < sequence.cut().vectors(); ++m) {
      sequence.decode(m, entries_.data() + field * size_ + sequence.cut().start(m));
    }
  }
}

std::int64_t Dictionary::at(std::size_t m, std::size_t i, std::size_t field) const {
  return entries_[field * size_ + code_at(codes_, m, i, size_)];
}

void Dictionary::decode(std::size_t m, std::size_t field, std::int64_t* out) const {
  decode_codes(codes_, m, size_, out);
  const std::int64_t* entries = entries_.data() + field * size_;
  const std::size_t n = codes_.cut().count(m);
  for (std::size_t i = 0; i < n; ++i) out[i] = entries[out[i]];
}

std::size_t code_at(const Integers& codes, std::size_t m, std::size_t i, std::size_t entries) {
  const auto code = static_cast<std::uint64_t>(codes.at(m, i));
  require(code < entries, "code without an entry");
  return code;
}

void decode_codes(const Integers& codes, std::size_t m, std::size_t entries, std::int64_t* out) {
  codes.decode(m, out);
  const std::size_t n = codes.cut().count(m);
  require(n == 0 || (entries > 0 && kernels().count_outside(out, n, 0, entries - 1) == 0),
          "code without an entry");
}

}  // namespace varve::codec
