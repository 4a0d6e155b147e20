#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace varve::continuous_aggregate {

/// What a row looks like: hashes of the bytes of its key, and of all its bytes.
struct Image {
  std::uint64_t key;
  std::uint64_t whole;
};

/// Where a row is stored; in the order in which chunks are read.
struct Place {
  std::uint32_t chunk;  // a number that the owner has given it, below kMaxChunks
  std::uint32_t block;
  std::uint16_t offset;  // below 2^14: of a page's tuples, which have four bytes at least

  static constexpr std::uint32_t kMaxChunks = 1 << 17;

  /// One number for each place, not negative, in the same order.
  [[nodiscard]] std::int64_t number() const noexcept {
    return std::int64_t{chunk} << 46 | std::int64_t{block} << 14 | offset;
  }
  static Place of(std::int64_t number) noexcept {
    return {static_cast<std::uint32_t>(number >> 46), static_cast<std::uint32_t>(number >> 14),
            static_cast<std::uint16_t>(number & 0x3fff)};
  }

  bool operator==(const Place&) const = default;
  bool operator<(const Place& other) const noexcept { return number() < other.number(); }
};

/// Stored rows by their key, of which new rows take theirs: open addressing over memory that the
/// owner provides. First all are added, then some are taken.
///
/// Keys that collide, or that several rows have, are rows of one key: a new row may take any of
/// them, since what it takes is either the same or to be replaced by it.
class ResultTable {
 public:
  enum State : std::uint32_t { kFree, kStored, kTaken };
  struct Entry {
    Image image;
    Place place;
    std::uint32_t copies : 30;  // further rows of the key, filed as copy 1, 2, ...
    State state : 2;
  };

  /// What a new row finds: nothing, itself, or a row to be replaced.
  enum class Match { kNone, kSame, kOther };
  struct Taken {
    Match match;
    Place place;  // not of kNone
  };

  ResultTable() = default;

  /// Over zeroed memory of a power of two of entries.
  explicit ResultTable(std::span<Entry> entries) noexcept : entries_(entries) {}

  /// With the rows of a smaller one, none of which is taken.
  ResultTable(std::span<Entry> entries, const ResultTable& smaller) noexcept
      : entries_(entries), size_(smaller.size_) {
    smaller.for_each([this](const Entry& entry) { find(entry.image.key) = entry; });
  }

  [[nodiscard]] std::span<Entry> memory() const noexcept { return entries_; }

  /// Rows that are not taken.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Two thirds are all it holds.
  [[nodiscard]] bool is_full() const noexcept { return size_ >= entries_.size() * 2 / 3; }

  /// Not where it is full.
  void add(Image image, const Place& place) noexcept {
    Entry* entry = &find(image.key);
    while (entry->state != kFree) {
      image.key = copy_of(image.key, ++entry->copies);
      entry = &find(image.key);
    }
    *entry = {image, place, 0, kStored};
    ++size_;
  }

  /// Takes a row of this key, the one that was added last.
  Taken take(const Image& image) noexcept {
    if (size_ == 0) return {Match::kNone, {}};
    Entry& first = find(image.key);
    Entry* entry = &first;
    while (first.copies > 0) {
      entry = &find(copy_of(image.key, first.copies--));
      if (entry->state == kStored) break;  // or else it was taken as a row of another key
      entry = &first;
    }
    if (entry->state != kStored) return {Match::kNone, {}};
    entry->state = kTaken;
    --size_;
    return {entry->image.whole == image.whole ? Match::kSame : Match::kOther, entry->place};
  }

  /// Calls `visit(const Entry&)` for each row that is not taken.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Entry& entry : entries_) {
      if (entry.state == kStored) visit(entry);
    }
  }

 private:
  /// Spreads rows of one key as if they had many: a search visits none of the others.
  static std::uint64_t copy_of(std::uint64_t key, std::uint64_t copy) noexcept {
    return key + copy * 0x9e3779b97f4a7c15;
  }

  /// The entry of the key, or the free one where it belongs.
  [[nodiscard]] Entry& find(std::uint64_t key) const noexcept {
    std::size_t at = key & (entries_.size() - 1);
    while (entries_[at].state != kFree && entries_[at].image.key != key) {
      at = (at + 1) & (entries_.size() - 1);
    }
    return entries_[at];
  }

  std::span<Entry> entries_;
  std::size_t size_ = 0;
};

}  // namespace varve::continuous_aggregate
