#include "kernel/codec/fields_segment.h"

namespace varve::codec {
namespace {

void write(const Validity& validity, Tuples values, const Codes* codes,
           const SegmentOptions& options, std::uint8_t scale, Bytes& out) {
  SegmentWriter writer(SegmentType::kFields,
                       codes != nullptr ? SegmentEncoding::kDictionary : SegmentEncoding::kPlain,
                       validity, out);
  writer.header.p0 = static_cast<std::uint8_t>(values.fields.size());
  writer.header.p1 = scale;
  if (codes != nullptr) {
    encode_integers(codes->codes, validity.cut(), options.integers, out);
    writer.begin_aux();
    append_entries(values, *codes, out);
  } else {
    for (const auto& field : values.fields) {
      encode_integers(field, validity.cut(), options.integers, out);
    }
  }
  writer.finish({});
}

}  // namespace

void FieldsSegment::encode(Rows rows, std::span<const std::span<const std::int64_t>> fields,
                           Bytes& out, const SegmentOptions& options, std::uint8_t scale) {
  pad(out);
  if (fields.empty() || fields.size() > kMaxFields) {
    throw Error(ErrorKind::kInvalidArgument, "a value has one to eight fields");
  }
  const Validity validity(rows, out.get_allocator().resource());
  for (const auto& field : fields) check_input(validity, field.size());
  const std::size_t start = out.size();
  write(validity, {fields}, nullptr, options, scale, out);
  if (!repeats(Tuples{fields})) return;
  const auto codes = dictionary_of(Tuples{fields}, out.get_allocator().resource());
  if (!codes) return;
  Bytes other(out.get_allocator());
  write(validity, {fields}, &*codes, options, scale, other);
  if (other.size() >= out.size() - start) return;
  out.resize(start);
  append(out, other);
}

FieldsSegment::FieldsSegment(ByteView blob, std::pmr::memory_resource* memory)
    : Segment(blob, SegmentType::kFields, memory) {
  require(fields() >= 1 && fields() <= kMaxFields, "number of fields");
  ByteView in = body();
  if (encoding() == SegmentEncoding::kDictionary) {
    dictionary_.emplace(in, cut(), aux(), fields(), memory);
    return;
  }
  for (std::size_t field = 0; field < fields(); ++field) {
    fields_[field] = Integers::open(in, cut());
  }
}

std::int64_t FieldsSegment::at(std::size_t m, std::size_t i, std::size_t field) const {
  return dictionary_ ? dictionary_->at(m, i, field) : fields_[field].at(m, i);
}

void FieldsSegment::decode(std::size_t m, std::size_t field, std::int64_t* out) const {
  if (dictionary_) return dictionary_->decode(m, field, out);
  fields_[field].decode(m, out);
}

}  // namespace varve::codec
