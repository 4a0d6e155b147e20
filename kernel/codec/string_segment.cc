#include "kernel/codec/string_segment.h"

#include "kernel/codec/zstandard.h"

namespace varve::codec {
namespace {

constexpr std::size_t kBlockVectors = 8;
constexpr std::size_t kBlockBytes =
    std::size_t{256} * 1024;  // a block ends with the vector that reaches this
constexpr std::size_t kMostBytes = std::size_t{1} << 30;
constexpr int kDictionaryLevel = 3;  // once a segment, so that more effort is cheap

struct TableHeader {
  std::uint32_t entries;
  std::uint32_t size;    // decompressed
  std::uint32_t stored;  // = size: not compressed
  std::uint32_t reserved;
};
static_assert(sizeof(TableHeader) == 16);

std::size_t total_size(std::span<const std::string_view> strings) {
  std::size_t size = 0;
  for (const auto& string : strings) size += string.size();
  return size;
}

Bytes concatenated(std::span<const std::string_view> strings, Bytes::allocator_type memory) {
  Bytes bytes(memory);
  bytes.reserve(total_size(strings));
  for (const auto& string : strings) append(bytes, std::as_bytes(std::span(string)));
  return bytes;
}

std::pmr::vector<std::int64_t> lengths_of(std::span<const std::string_view> strings,
                                          Bytes::allocator_type memory) {
  std::pmr::vector<std::int64_t> lengths(strings.size(), memory);
  std::ranges::transform(strings, lengths.begin(),
                         [](const auto& s) { return static_cast<std::int64_t>(s.size()); });
  return lengths;
}

/// Writes the segment of one column in one encoding or the other.
class Encoder {
 public:
  Encoder(const Validity& validity, std::span<const std::string_view> values,
          const SegmentOptions& options, Bytes::allocator_type memory)
      : validity_(validity), values_(values), options_(options), ranges_(memory) {
    if (!options.zones) return;
    const Cut cut = validity.cut();
    for (std::size_t m = 0; m < cut.vectors(); ++m) {
      ranges_.push_back(range_of(values.subspan(cut.start(m), cut.count(m))));
    }
  }

  void write_dictionary(const Codes& codes, Bytes& out) const {
    SegmentWriter writer(SegmentType::kString, SegmentEncoding::kDictionary, validity_, out);
    encode_integers(codes.codes, validity_.cut(), options_.integers, out);

    writer.begin_aux();
    std::pmr::vector<std::string_view> entries(codes.entries.size(), out.get_allocator());
    std::ranges::transform(codes.entries, entries.begin(), [&](auto i) { return values_[i]; });
    const auto lengths = lengths_of(entries, out.get_allocator());
    const Bytes bytes = concatenated(entries, out.get_allocator());
    TableHeader header{static_cast<std::uint32_t>(entries.size()),
                       static_cast<std::uint32_t>(bytes.size()), 0, 0};
    const std::size_t at = out.size();
    append_value(out, header);
    const Shape shape = lengths.empty() ? Shape{} : kernels().shape(lengths.data(), lengths.size());
    encode_sequence(lengths, Cut(lengths.size()), shape, {}, out);
    header.stored = static_cast<std::uint32_t>(compress(bytes, kDictionaryLevel, out));
    store(out.data() + at, header);
    writer.finish(ranges_);
  }

  void write_blocks(Bytes& out) const {
    SegmentWriter writer(SegmentType::kString, SegmentEncoding::kPlain, validity_, out);
    const Cut cut = validity_.cut();
    encode_integers(lengths_of(values_, out.get_allocator()), cut, options_.integers, out);

    struct Block {
      std::uint32_t vector, offset, stored, size;
    };
    std::pmr::vector<Block> blocks(out.get_allocator());
    Bytes stored(out.get_allocator());
    for (std::size_t m = 0; m < cut.vectors();) {
      const std::size_t first = m;
      std::size_t size = 0;
      while (m < cut.vectors() && m < first + kBlockVectors && size < kBlockBytes) {
        size += total_size(values_.subspan(cut.start(m), cut.count(m)));
        ++m;
      }
      const auto strings = values_.subspan(cut.start(first), cut.start(m) - cut.start(first));
      const std::size_t offset = stored.size();
      const std::size_t taken =
          compress(concatenated(strings, out.get_allocator()), options_.compression, stored);
      blocks.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(offset),
                        static_cast<std::uint32_t>(taken), static_cast<std::uint32_t>(size)});
    }
    writer.begin_aux();
    append_value(out, static_cast<std::uint64_t>(blocks.size()));
    append(out, std::as_bytes(std::span(blocks)));
    append(out, stored);
    writer.finish(ranges_);
  }

 private:
  const Validity& validity_;
  std::span<const std::string_view> values_;
  const SegmentOptions& options_;
  std::pmr::vector<KeyRange> ranges_;
};

}  // namespace

void StringArena::assign(std::span<const std::int64_t> lengths, ByteView bytes) {
  std::size_t size = 0, room = 0;
  for (const std::int64_t length : lengths) {
    require(length >= 0 && static_cast<std::size_t>(length) <= bytes.size() - size,
            "length of a string");
    size += static_cast<std::size_t>(length);
    room += padded(sizeof(std::uint32_t) + static_cast<std::size_t>(length));
  }
  require(size == bytes.size(), "lengths of strings");
  bytes_.resize(room);
  views_.resize(lengths.size());
  std::byte* at = bytes_.data();
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto length = static_cast<std::size_t>(lengths[i]);
    store(at, static_cast<std::uint32_t>((length + sizeof(std::uint32_t)) << 2));
    std::byte* string = at + sizeof(std::uint32_t);
    if (length > 0) std::memcpy(string, bytes.data(), length);
    bytes = bytes.subspan(length);
    views_[i] = {reinterpret_cast<const char*>(string), length};
    at += padded(sizeof(std::uint32_t) + length);
  }
}

namespace {

/// The ends of a dictionary, or else of all values.
std::optional<StringRange> range_of(std::span<const std::string_view> values, const Codes* codes) {
  if (values.empty()) return std::nullopt;
  if (codes != nullptr) {
    return StringRange{values[codes->entries.front()], values[codes->entries.back()]};
  }
  const auto [min, max] = std::ranges::minmax(values);
  return StringRange{min, max};
}

}  // namespace

std::optional<StringRange> StringSegment::encode(Rows rows,
                                                 std::span<const std::string_view> values,
                                                 Bytes& out, const SegmentOptions& options) {
  pad(out);
  std::pmr::memory_resource* memory = out.get_allocator().resource();
  const Validity validity(rows, memory);
  check_input(validity, values.size());
  if (total_size(values) >= kMostBytes) {
    throw Error(ErrorKind::kOutOfRange, "strings of one segment exceed 1 GB");
  }
  const Encoder encoder(validity, values, options, out.get_allocator());

  // More than half distinct: blocks. Fewer than an eighth: a dictionary. Between, the smaller.
  const auto codes = dictionary_of(values, values.size() / 2 + 1, memory);
  if (!codes) {
    encoder.write_blocks(out);
    return range_of(values, nullptr);
  }
  const std::size_t start = out.size();
  encoder.write_dictionary(*codes, out);
  if (codes->entries.size() * 8 > values.size()) {
    Bytes blocks(out.get_allocator());
    encoder.write_blocks(blocks);
    if (blocks.size() < out.size() - start) {
      out.resize(start);
      append(out, blocks);
    }
  }
  return range_of(values, &*codes);
}

StringSegment::StringSegment(ByteView blob, std::pmr::memory_resource* memory)
    : Segment(blob, SegmentType::kString, memory), dictionary_(memory), blocks_(memory) {
  ByteView in = body();
  integers_ = Integers::open(in, cut());
  if (encoding() == SegmentEncoding::kDictionary) {
    open_dictionary(memory);
  } else {
    open_blocks();
  }
}

void StringSegment::open_dictionary(std::pmr::memory_resource* memory) {
  ByteView in = aux();
  const auto header = take_value<TableHeader>(in, "dictionary");
  require(header.entries <= kMaxRows && header.reserved == 0, "size of a dictionary");
  const Sequence sequence = Sequence::open(in, Cut(header.entries));
  std::pmr::vector<std::int64_t> lengths(header.entries, memory);
  for (std::size_t m = 0; m < sequence.cut().vectors(); ++m) {
    sequence.decode(m, lengths.data() + sequence.cut().start(m));
  }
  const ByteView stored = take(in, header.stored, "dictionary's strings");
  check_compressed_size(stored, header.size);
  Bytes bytes(header.size, memory);
  decompress(stored, bytes);
  dictionary_.assign(lengths, bytes);
}

void StringSegment::open_blocks() {
  ByteView in = aux();
  const auto count = take_value<std::uint64_t>(in, "blocks of strings");
  require(count <= vectors(), "number of blocks");
  const ByteView table = take(in, count * sizeof(Block), "blocks of strings");
  block_bytes_ = in;
  blocks_.resize(count);
  if (count > 0) std::memcpy(blocks_.data(), table.data(), table.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Block& block = blocks_[i];
    require(block.vector < vectors() &&
                (i == 0 ? block.vector == 0 : block.vector > blocks_[i - 1].vector),
            "first vector of a block");
    require(block.offset <= in.size() && block.stored <= in.size() - block.offset,
            "block of strings beyond its segment");
    check_compressed_size(in.subspan(block.offset, block.stored), block.size);
  }
  require(count > 0 || vectors() == 0, "number of blocks");
}

void StringSegment::decode_codes(std::size_t m, std::int64_t* out) const {
  codec::decode_codes(integers_, m, dictionary().size(), out);
}

std::span<const std::string_view> StringReader::decode(std::size_t m) {
  const Cut& cut = segment_.integers_.cut();
  if (segment_.encoding() == SegmentEncoding::kDictionary) {
    std::int64_t codes[kVectorRows];
    segment_.decode_codes(m, codes);
    views_.resize(cut.count(m));
    const auto entries = segment_.dictionary();
    for (std::size_t i = 0; i < views_.size(); ++i) {
      views_[i] = entries[static_cast<std::size_t>(codes[i])];
    }
    return views_;
  }
  const auto& blocks = segment_.blocks_;
  const auto after = std::ranges::upper_bound(blocks, m, {}, &StringSegment::Block::vector);
  const auto block = static_cast<std::size_t>(after - blocks.begin()) - 1;
  if (block != loaded_) load_block(block);
  return block_.strings().subspan(cut.start(m) - cut.start(blocks[block].vector), cut.count(m));
}

void StringReader::load_block(std::size_t block) {
  const auto& blocks = segment_.blocks_;
  const Integers& integers = segment_.integers_;
  const Cut& cut = integers.cut();
  const StringSegment::Block& found = blocks[block];
  const std::size_t end = block + 1 < blocks.size() ? blocks[block + 1].vector : cut.vectors();

  std::pmr::memory_resource* memory = views_.get_allocator().resource();
  std::pmr::vector<std::int64_t> lengths(cut.start(end) - cut.start(found.vector), memory);
  for (std::size_t m = found.vector; m < end; ++m) {
    integers.decode(m, lengths.data() + cut.start(m) - cut.start(found.vector));
  }
  loaded_ = SIZE_MAX;  // until all of it is there
  Bytes bytes(found.size, memory);
  decompress(segment_.block_bytes_.subspan(found.offset, found.stored), bytes);
  block_.assign(lengths, bytes);
  loaded_ = block;
}

}  // namespace varve::codec
