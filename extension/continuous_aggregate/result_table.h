#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace varve::continuous_aggregate {

/// 128 bits of a hash of a row's bytes.
struct Image {
  std::uint64_t first;
  std::uint64_t second;

  bool operator==(const Image&) const = default;
};

/// Where a row is stored.
struct Place {
  std::uint32_t chunk;
  std::uint32_t block;
  std::uint16_t offset;
};

/// Stored rows by their image, of which new rows take theirs: open addressing over memory that the
/// owner provides. First all are added, then some are taken.
class ResultTable {
 public:
  enum State : std::uint32_t { kFree, kStored, kTaken };
  struct Entry {
    Image image;
    Place place;
    std::uint32_t copies : 30;  // further rows of the same image, filed as copy 1, 2, ...
    State state : 2;
  };

  ResultTable() = default;

  /// Over zeroed memory of a power of two of entries.
  explicit ResultTable(std::span<Entry> entries) noexcept : entries_(entries) {}

  /// With the rows of a smaller one, none of which is taken.
  ResultTable(std::span<Entry> entries, const ResultTable& smaller) noexcept
      : entries_(entries), size_(smaller.size_) {
    smaller.for_each([this](const Entry& entry) { find(entry.image) = entry; });
  }

  [[nodiscard]] std::span<Entry> memory() const noexcept { return entries_; }

  /// Rows that are not taken.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Two thirds are all it holds.
  [[nodiscard]] bool is_full() const noexcept { return size_ >= entries_.size() * 2 / 3; }

  /// Not where it is full.
  void add(Image image, const Place& place) noexcept {
    Entry* entry = &find(image);
    if (entry->state != kFree) {
      image = copy_of(image, ++entry->copies);
      entry = &find(image);
    }
    *entry = {image, place, 0, kStored};
    ++size_;
  }

  /// Whether a row of this image was left.
  bool take(const Image& image) noexcept {
    if (size_ == 0) return false;
    Entry* entry = &find(image);
    if (entry->copies > 0) entry = &find(copy_of(image, entry->copies--));
    if (entry->state != kStored) return false;
    entry->state = kTaken;
    --size_;
    return true;
  }

  /// Calls `visit(const Entry&)` for each row that is not taken.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Entry& entry : entries_) {
      if (entry.state == kStored) visit(entry);
    }
  }

 private:
  /// Spreads rows of one image as if they had many: a search visits none of the others.
  static Image copy_of(const Image& image, std::uint64_t copy) noexcept {
    return {image.first + copy * 0x9e3779b97f4a7c15, image.second};
  }

  /// The entry of the image, or the free one where it belongs.
  [[nodiscard]] Entry& find(const Image& image) const noexcept {
    std::size_t at = image.first & (entries_.size() - 1);
    while (entries_[at].state != kFree && entries_[at].image != image) {
      at = (at + 1) & (entries_.size() - 1);
    }
    return entries_[at];
  }

  std::span<Entry> entries_;
  std::size_t size_ = 0;
};

}  // namespace varve::continuous_aggregate
