#pragma once

#include <optional>

#include "kernel/codec/integers.h"
#include "kernel/codec/validity.h"
#include "kernel/codec/zone.h"

/// A segment is one column of one row group: up to 65,536 rows in one blob, which is all that is
/// needed to read any vector of it. docs/format/columnstore.md specifies every byte.
///
///   header | the encoding's sequences | aux (dictionary, patches, bytes) | validity | zones
///
/// Opening checks the structure of the blob once, so that decoding need not; damage that only
/// decoding can see (a code beyond its dictionary, a string beyond its block) is reported there.
/// Nothing that a blob holds makes a decoder read or write out of bounds.
namespace varve::codec {

inline constexpr std::uint16_t kSegmentMagic = 0x5356;  // "VS"
inline constexpr std::uint8_t kSegmentVersion = 1;

enum class SegmentType : std::uint8_t {
  kInteger = 1,
  kBoolean = 2,
  kDouble = 3,
  kString = 4,
  kFields = 5,  // several integers a value: uuid, interval, 128-bit integers
};

enum class SegmentEncoding : std::uint8_t {
  kPlain = 0,       // the values themselves; doubles by their bits
  kDictionary = 1,  // codes, and the distinct values in ascending order
  kDecimal = 2,     // doubles: integers / 10^p0
  kAlp = 3,         // doubles: integers * 10^p1 * 10^-p0
  kAlpRd = 4,       // doubles: one of up to p1 left parts, and p0 bits on its right
};

/// Bits of SegmentHeader::flags.
inline constexpr std::uint8_t kFloatFlag = 0x01;    // doubles are rounded to floats
inline constexpr std::uint8_t kPatchesFlag = 0x02;  // some doubles are stored apart

struct SegmentHeader {
  std::uint16_t magic;
  std::uint8_t version;
  std::uint8_t type;
  std::uint8_t encoding;
  std::uint8_t flags;
  std::uint8_t p0;  // parameters of the encoding; integers: the decimal scale; fields: how many
  std::uint8_t p1;
  std::uint32_t rows;
  std::uint32_t values;    // rows that are not null
  std::uint32_t size;      // of the blob
  std::uint32_t validity;  // offsets from the start of the blob; 0: there is none
  std::uint32_t aux;
  std::uint32_t zones;
};
static_assert(sizeof(SegmentHeader) == 32 && offsetof(SegmentHeader, version) == 2 &&
              offsetof(SegmentHeader, type) == 3 && offsetof(SegmentHeader, encoding) == 4 &&
              offsetof(SegmentHeader, flags) == 5 && offsetof(SegmentHeader, p0) == 6 &&
              offsetof(SegmentHeader, p1) == 7 && offsetof(SegmentHeader, rows) == 8 &&
              offsetof(SegmentHeader, values) == 12 && offsetof(SegmentHeader, size) == 16 &&
              offsetof(SegmentHeader, validity) == 20 && offsetof(SegmentHeader, aux) == 24 &&
              offsetof(SegmentHeader, zones) == 28);

struct SegmentOptions {
  IntegerOptions integers;
  bool zones = true;
  int compression = 1;  // zstd's level for strings
};

/// The header of a blob. Throws kCorruptData where it is none, kUnsupported where its version,
/// type, encoding or flags are from the future.
SegmentHeader segment_header(ByteView blob);

/// What segments of every type have. Blobs are somebody else's and outlive the segment.
class Segment {
 public:
  Segment(Segment&&) = default;
  Segment(const Segment&) = delete;  // its parts point into it
  Segment& operator=(const Segment&) = delete;
  Segment& operator=(Segment&&) = delete;
  ~Segment() = default;

  [[nodiscard]] std::size_t rows() const noexcept { return validity_.rows(); }
  [[nodiscard]] std::size_t values() const noexcept { return validity_.values(); }
  [[nodiscard]] std::size_t vectors() const noexcept { return validity_.vectors(); }
  [[nodiscard]] const Validity& validity() const noexcept { return validity_; }
  [[nodiscard]] SegmentEncoding encoding() const noexcept {
    return static_cast<SegmentEncoding>(header_.encoding);
  }
  /// A range of order keys that holds all of vector m; none where all its rows are null.
  [[nodiscard]] std::optional<KeyRange> zone(std::size_t m) const noexcept {
    if (validity_.values_in(m) == 0) return std::nullopt;
    return zones_.range(m);
  }

 protected:
  Segment(ByteView blob, SegmentType type, std::pmr::memory_resource* memory);

  [[nodiscard]] Cut cut() const noexcept { return validity_.cut(); }
  [[nodiscard]] ByteView body() const { return blob_.subspan(sizeof(SegmentHeader)); }
  /// From the aux offset on; throws where there is none.
  [[nodiscard]] ByteView aux() const;

  ByteView blob_;
  SegmentHeader header_;
  Validity validity_;
  Zones zones_;
};

/// Appends one segment: construct, append the encoding's parts, finish.
class SegmentWriter {
 public:
  SegmentWriter(SegmentType type, SegmentEncoding encoding, const Validity& validity, Bytes& out);

  /// The header, until finish() writes it.
  SegmentHeader header{};
  /// What is appended now is found at the header's aux offset.
  void begin_aux();
  /// Appends validity and zones; the latter where there are ranges, of more than one vector, and
  /// more than one key in them.
  void finish(std::span<const KeyRange> ranges);

 private:
  [[nodiscard]] std::uint32_t offset() const;

  const Validity& validity_;
  std::size_t start_;
  Bytes& out_;
};

/// Throws kInvalidArgument unless a segment can hold these rows and has been given their values.
void check_input(const Validity& validity, std::size_t values);

}  // namespace varve::codec
