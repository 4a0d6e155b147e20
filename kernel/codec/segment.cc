#include "kernel/codec/segment.h"

namespace varve::codec {
namespace {

void check_known(bool known, const char* what, unsigned number) {
  if (known) return;
  throw Error(ErrorKind::kUnsupported, "unknown " + std::string(what) + " " +
                                           std::to_string(number) + " of a columnar segment");
}

/// The encodings of a type, as bits.
unsigned encodings_of(SegmentType type) {
  constexpr unsigned kPlain = 1U << unsigned(SegmentEncoding::kPlain);
  constexpr unsigned kDictionary = 1U << unsigned(SegmentEncoding::kDictionary);
  switch (type) {
    case SegmentType::kBoolean: return kPlain;
    case SegmentType::kDouble: return 0x1f;
    default: return kPlain | kDictionary;
  }
}

}  // namespace

SegmentHeader segment_header(ByteView blob) {
  const auto header = take_value<SegmentHeader>(blob, "segment header");
  require(header.magic == kSegmentMagic, "magic of a segment");
  check_known(header.version >= 1 && header.version <= kSegmentVersion, "version", header.version);
  check_known(header.type >= 1 && header.type <= unsigned(SegmentType::kFields), "type",
              header.type);
  check_known(
      header.encoding < 32 && (encodings_of(SegmentType(header.type)) >> header.encoding & 1) != 0,
      "encoding", header.encoding);
  const unsigned flags =
      header.type == unsigned(SegmentType::kDouble) ? kFloatFlag | kPatchesFlag : 0;
  check_known((header.flags & ~flags) == 0, "flags", header.flags);
  return header;
}

Segment::Segment(ByteView blob, SegmentType type, std::pmr::memory_resource* memory)
    : blob_(blob), header_(segment_header(blob)), validity_(0, memory) {
  require(header_.type == static_cast<std::uint8_t>(type), "type of a segment");
  require(header_.size <= blob.size() && header_.size >= sizeof header_, "size of a segment");
  blob_ = blob.first(header_.size);
  require(header_.rows <= kMaxRows, "number of rows");
  const auto part = [&](std::uint32_t offset) {
    require(offset % 8 == 0 && offset >= sizeof header_ && offset <= blob_.size(),
            "offset in a segment");
    return blob_.subspan(offset);
  };
  validity_ = header_.validity == 0 ? Validity(header_.rows, memory)
                                    : Validity(header_.rows, part(header_.validity), memory);
  require(validity_.values() == header_.values, "number of values");
  if (header_.zones != 0) zones_ = Zones(part(header_.zones), vectors());
  if (header_.aux != 0) part(header_.aux);
}

ByteView Segment::aux() const {
  require(header_.aux != 0, "segment without its dictionary or patches");
  return blob_.subspan(header_.aux);
}

SegmentWriter::SegmentWriter(SegmentType type, SegmentEncoding encoding, const Validity& validity,
                             Bytes& out)
    : validity_(validity), start_(padded(out.size())), out_(out) {
  header.magic = kSegmentMagic;
  header.version = kSegmentVersion;
  header.type = static_cast<std::uint8_t>(type);
  header.encoding = static_cast<std::uint8_t>(encoding);
  header.rows = static_cast<std::uint32_t>(validity.rows());
  header.values = static_cast<std::uint32_t>(validity.values());
  out.resize(start_ + sizeof header);
}

std::uint32_t SegmentWriter::offset() const {
  const std::size_t size = out_.size() - start_;
  if (size > std::numeric_limits<std::int32_t>::max()) {
    throw Error(ErrorKind::kOutOfRange, "columnar segment exceeds 2 GB");
  }
  return static_cast<std::uint32_t>(size);
}

void SegmentWriter::begin_aux() {
  pad(out_);
  header.aux = offset();
}

void SegmentWriter::finish(std::span<const KeyRange> ranges) {
  pad(out_);
  if (validity_.words(0) != nullptr && validity_.rows() > 0) {
    header.validity = offset();
    validity_.encode(out_);
  }
  const bool differ = std::ranges::any_of(
      ranges, [&](const KeyRange& range) { return range != ranges[0] || range.min < range.max; });
  if (differ && ranges.size() > 1) {
    header.zones = offset();
    encode_zones(ranges, out_);
  }
  header.size = offset();
  store(out_.data() + start_, header);
}

void check_input(const Validity& validity, std::size_t values) {
  if (validity.rows() > kMaxRows) {
    throw Error(ErrorKind::kInvalidArgument, "a row group has at most 65536 rows");
  }
  if (validity.values() != values) {
    throw Error(ErrorKind::kInvalidArgument,
                "a value is needed for each row that is not null, and no other");
  }
}

}  // namespace varve::codec
