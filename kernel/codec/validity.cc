#include "kernel/codec/validity.h"

#include "kernel/codec/sequence.h"

namespace varve::codec {
namespace {

constexpr std::size_t kWordBits = 64;
constexpr std::size_t kVectorWords = kVectorRows / kWordBits;

std::size_t vectors_of(std::size_t rows) { return (rows + kVectorRows - 1) / kVectorRows; }

bool bit(std::span<const std::uint64_t> words, std::size_t row) {
  return (words[row / kWordBits] >> row % kWordBits & 1) != 0;
}

/// Sets the bits of rows [from, to).
void set_range(std::span<std::uint64_t> words, std::size_t from, std::size_t to) {
  for (std::size_t row = from; row < to;) {
    const std::size_t offset = row % kWordBits;
    const std::size_t count = std::min(kWordBits - offset, to - row);
    words[row / kWordBits] |=
        (count == kWordBits ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1) << offset;
    row += count;
  }
}

/// Decodes `count` integers that ascend strictly within [first, last].
template <class Each>
void each_ascending(ByteView in, std::size_t count, std::int64_t first, std::int64_t last,
                    Each&& each) {
  const Sequence sequence = Sequence::open(in, Cut(count));
  std::int64_t block[kVectorRows];
  for (std::size_t m = 0; m < sequence.cut().vectors(); ++m) {
    sequence.decode(m, block);
    for (std::size_t i = 0; i < sequence.cut().count(m); ++i) {
      require(block[i] >= first && block[i] <= last, "order of the rows with nulls");
      first = block[i] + 1;
      each(static_cast<std::size_t>(block[i]));
    }
  }
}

void encode_rows(std::span<const std::int64_t> rows, Bytes& out) {
  const Shape shape = rows.empty() ? Shape{} : kernels().shape(rows.data(), rows.size());
  encode_sequence(rows, Cut(rows.size()), shape, {}, out);
}

}  // namespace

Validity::Validity(std::size_t rows, std::pmr::memory_resource* memory)
    : rows_(rows), words_(memory), starts_(memory) {
  count_values();
}

Validity::Validity(Rows rows, std::pmr::memory_resource* memory) : Validity(rows.count, memory) {
  if (rows.validity == nullptr) return;
  words_.resize(vectors_of(rows_) * kVectorWords);
  std::copy_n(rows.validity, (rows_ + kWordBits - 1) / kWordBits, words_.begin());
  if (rows_ % kWordBits != 0) {
    words_[rows_ / kWordBits] &= (std::uint64_t{1} << rows_ % kWordBits) - 1;
  }
  count_values();
  if (values() == rows_) words_.clear();
}

Validity::Validity(std::size_t rows, ByteView in, std::pmr::memory_resource* memory)
    : rows_(rows), words_(vectors_of(rows) * kVectorWords, memory), starts_(memory) {
  const auto header = take_value<ValidityHeader>(in, "validity");
  if (header.form > static_cast<unsigned>(ValidityForm::kRuns)) {
    throw Error(ErrorKind::kUnsupported,
                "unknown form " + std::to_string(header.form) + " of nulls");
  }
  require(header.valid <= 1 && header.reserved == 0, "validity");
  const auto last = static_cast<std::int64_t>(rows);
  std::size_t at = 0;
  bool valid = header.valid != 0;
  switch (static_cast<ValidityForm>(header.form)) {
    case ValidityForm::kAllNull: break;
    case ValidityForm::kBitmap: {
      const std::size_t words = (rows + kWordBits - 1) / kWordBits;
      const ByteView bits = take(in, words * sizeof(std::uint64_t), "validity bitmap");
      if (words > 0) std::memcpy(words_.data(), bits.data(), bits.size());
      require(rows % kWordBits == 0 || words_[words - 1] >> rows % kWordBits == 0,
              "validity beyond the last row");
      break;
    }
    case ValidityForm::kPositions:
      require(header.count <= rows, "number of positions");
      if (!valid) set_range(words_, 0, rows);
      each_ascending(in, header.count, 0, last - 1, [&](std::size_t row) {
        words_[row / kWordBits] ^= std::uint64_t{1} << row % kWordBits;
      });
      break;
    case ValidityForm::kRuns:
      require(header.count <= rows, "number of runs");
      each_ascending(in, header.count, 1, last, [&](std::size_t end) {
        if (valid) set_range(words_, at, end);
        at = end;
        valid = !valid;
      });
      require(at == rows, "end of the runs of nulls");
      break;
  }
  count_values();
}

void Validity::count_values() {
  const std::size_t vectors = vectors_of(rows_);
  starts_.assign(vectors + 1, 0);
  for (std::size_t m = 0; m < vectors; ++m) {
    std::size_t count = words_.empty() ? rows_in(m) : 0;
    if (const std::uint64_t* word = words(m)) {
      for (std::size_t w = 0; w < kVectorWords; ++w) {
        count += static_cast<std::size_t>(std::popcount(word[w]));
      }
    }
    starts_[m + 1] = starts_[m] + static_cast<std::uint32_t>(count);
  }
}

void Validity::encode(Bytes& out) const {
  if (words_.empty()) return;
  const auto begin = [&](ValidityForm form, bool valid, std::size_t count) {
    append_value(out, ValidityHeader{static_cast<std::uint8_t>(form), valid, 0,
                                     static_cast<std::uint32_t>(count)});
  };
  if (values() == 0) return begin(ValidityForm::kAllNull, false, 0);

  const bool listed = values() <= rows_ / 2;  // whether the minority has values
  std::pmr::vector<std::int64_t> positions(out.get_allocator()), ends(out.get_allocator());
  for (std::size_t row = 0; row < rows_; ++row) {
    if (bit(words_, row) == listed) positions.push_back(static_cast<std::int64_t>(row));
    if (row > 0 && bit(words_, row) != bit(words_, row - 1)) {
      ends.push_back(static_cast<std::int64_t>(row));
    }
  }
  ends.push_back(static_cast<std::int64_t>(rows_));

  Bytes as_positions(out.get_allocator()), as_runs(out.get_allocator());
  encode_rows(positions, as_positions);
  encode_rows(ends, as_runs);
  const std::size_t bitmap = (rows_ + kWordBits - 1) / kWordBits * sizeof(std::uint64_t);
  if (bitmap <= std::min(as_positions.size(), as_runs.size())) {
    begin(ValidityForm::kBitmap, false, 0);
    append(out, std::as_bytes(std::span(words_)).first(bitmap));
  } else if (as_runs.size() <= as_positions.size()) {
    begin(ValidityForm::kRuns, bit(words_, 0), ends.size());
    append(out, as_runs);
  } else {
    begin(ValidityForm::kPositions, listed, positions.size());
    append(out, as_positions);
  }
}

}  // namespace varve::codec
