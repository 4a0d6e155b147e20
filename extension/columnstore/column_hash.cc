#include "extension/columnstore/column_hash.h"

#include "extension/columnstore/field_image.h"
#include "extension/columnstore/value_hash.h"

extern "C" {
#include <miscadmin.h>
#include <utils/memutils.h>
}

namespace varve::columnstore {
namespace {

constexpr std::uint32_t kValuesAtOnce = 256;  // of memory that hash functions have used

/// Makes Datums of buffered values, one at a time.
class Values {
 public:
  explicit Values(const ColumnBuffer& buffer) : buffer_(buffer) {}

  Datum value(std::uint32_t i) {
    const Representation& type = buffer_.column.representation;
    switch (type.form) {
      case Form::kInteger:
      case Form::kBoolean:
      case Form::kFloat4:
      case Form::kFloat8: return static_cast<Datum>(buffer_.fields[0][i]);
      case Form::kUuid:
      case Form::kInterval:
      case Form::kTimetz: {
        std::int64_t fields[kMostFields] = {};
        for (std::size_t k = 0; k < kMostFields; ++k) {
          if (buffer_.fields[k] != nullptr) fields[k] = buffer_.fields[k][i];
        }
        write_field_image(type.form, fields, image_);
        return PointerGetDatum(image_);
      }
      case Form::kFixed: return PointerGetDatum(copied(buffer_.strings[i], 0));
      case Form::kCstring: {
        char* string = copied(buffer_.strings[i], 0);
        string[buffer_.strings[i].size()] = '\0';
        return CStringGetDatum(string);
      }
      case Form::kNumeric:
      case Form::kVarlena: break;
    }
    char* varlena = copied(buffer_.strings[i], VARHDRSZ);
    SET_VARSIZE(varlena, VARHDRSZ + buffer_.strings[i].size());
    return PointerGetDatum(varlena);
  }

 private:
  /// The string behind `before` bytes, aligned.
  char* copied(std::string_view string, std::size_t before) {
    const std::size_t size = before + string.size() + 1;
    if (size > room_size_) {
      if (room_ != nullptr) pfree(room_);
      room_size_ = size * 2;
      room_ = static_cast<char*>(MemoryContextAllocHuge(CurrentMemoryContext, room_size_));
    }
    if (!string.empty()) memcpy(room_ + before, string.data(), string.size());
    return room_;
  }

  const ColumnBuffer& buffer_;
  alignas(MAXIMUM_ALIGNOF) char image_[kFieldImageBytes] = {};
  char* room_ = nullptr;
  std::size_t room_size_ = 0;
};

}  // namespace

bool hash_values(const ColumnBuffer& buffer, std::uint64_t* hashes) {
  const Column& column = buffer.column;
  const Oid procedure = value_hash_of(column.type, column.collation);
  if (!OidIsValid(procedure)) return false;
  FmgrInfo function;
  fmgr_info(procedure, &function);
  MemoryContext used =
      AllocSetContextCreate(CurrentMemoryContext, "hashed values", ALLOCSET_DEFAULT_SIZES);
  Values values(buffer);
  for (std::uint32_t i = 0; i < buffer.values; ++i) {
    const Datum value = values.value(i);
    const MemoryContext outer = MemoryContextSwitchTo(used);
    hashes[i] = value_hash(function, column.collation, value);
    MemoryContextSwitchTo(outer);
    if (i % kValuesAtOnce != 0) continue;
    CHECK_FOR_INTERRUPTS();
    MemoryContextReset(used);
  }
  MemoryContextDelete(used);
  return true;
}

}  // namespace varve::columnstore
