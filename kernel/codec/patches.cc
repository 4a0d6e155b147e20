#include "kernel/codec/patches.h"

namespace varve::codec {
namespace {

constexpr std::uint64_t kNan = 0x7ff8000000000000;  // what PostgreSQL reads 'NaN' as

ByteView take_positions(ByteView& in, std::size_t count) {
  return take(in, padded(count * sizeof(std::uint16_t)), "positions of patches");
}

}  // namespace

Patches::Patches(ByteView in, Cut cut, std::pmr::memory_resource* memory) : starts_(memory) {
  const ByteView counts =
      take(in, padded(2 * cut.vectors() * sizeof(std::uint16_t)), "counts of patches");
  starts_.resize(cut.vectors() + 1);
  for (std::size_t m = 0; m < cut.vectors(); ++m) {
    starts_[m + 1].value = starts_[m].value + load<std::uint16_t>(counts.data() + 4 * m);
    starts_[m + 1].nan = starts_[m].nan + load<std::uint16_t>(counts.data() + 4 * m + 2);
  }
  values_ = take(in, starts_.back().value * sizeof(std::uint64_t), "patches").data();
  value_positions_ = take_positions(in, starts_.back().value).data();
  nan_positions_ = take_positions(in, starts_.back().nan).data();
  for (std::size_t m = 0; m < cut.vectors(); ++m) {
    const auto check = [&](const std::byte* positions, std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i) {
        require(load<std::uint16_t>(positions + 2 * i) < cut.count(m), "position of a patch");
      }
    };
    check(value_positions_, starts_[m].value, starts_[m + 1].value);
    check(nan_positions_, starts_[m].nan, starts_[m + 1].nan);
  }
}

void Patches::apply(std::size_t m, double* out) const noexcept {
  if (starts_.empty()) return;
  for (std::size_t i = starts_[m].value; i < starts_[m + 1].value; ++i) {
    out[load<std::uint16_t>(value_positions_ + 2 * i)] = load<double>(values_ + 8 * i);
  }
  for (std::size_t i = starts_[m].nan; i < starts_[m + 1].nan; ++i) {
    out[load<std::uint16_t>(nan_positions_ + 2 * i)] = std::bit_cast<double>(kNan);
  }
}

std::optional<double> Patches::find(std::size_t m, std::size_t i) const noexcept {
  if (starts_.empty()) return std::nullopt;
  // From the end, as the last one counts where damage has made two.
  for (std::size_t k = starts_[m + 1].nan; k-- > starts_[m].nan;) {
    if (load<std::uint16_t>(nan_positions_ + 2 * k) == i) return std::bit_cast<double>(kNan);
  }
  for (std::size_t k = starts_[m + 1].value; k-- > starts_[m].value;) {
    if (load<std::uint16_t>(value_positions_ + 2 * k) == i) return load<double>(values_ + 8 * k);
  }
  return std::nullopt;
}

void PatchWriter::add(std::size_t m, std::size_t position, double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if (bits == kNan) {
    ++counts_[2 * m + 1];
    nan_positions_.push_back(static_cast<std::uint16_t>(position));
  } else {
    ++counts_[2 * m];
    values_.push_back(bits);
    value_positions_.push_back(static_cast<std::uint16_t>(position));
  }
}

void PatchWriter::append_to(Bytes& out) const {
  for (const auto& part :
       {std::as_bytes(std::span(counts_)), std::as_bytes(std::span(values_)),
        std::as_bytes(std::span(value_positions_)), std::as_bytes(std::span(nan_positions_))}) {
    append(out, part);
    pad(out);
  }
}

}  // namespace varve::codec
