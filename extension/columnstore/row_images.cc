#include "extension/columnstore/row_images.h"

#include <algorithm>
#include <bit>
#include <cstring>

extern "C" {
#include <access/tupmacs.h>
}

namespace varve::columnstore {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{8} << 20;

bool is_buffer_tuple(const TupleTableSlot* slot) { return TTS_IS_BUFFERTUPLE(slot); }

void copy_fixed(char* to, const char* from, std::int16_t length) {
  switch (length) {
    case 1: *to = *from; return;
    case 2: std::memcpy(to, from, 2); return;
    case 4: std::memcpy(to, from, 4); return;
    case 8: std::memcpy(to, from, 8); return;
    default: std::memcpy(to, from, static_cast<std::size_t>(length)); return;
  }
}

}  // namespace

void RowImages::lay_out(TupleDesc columns) {
  attribute_count_ = columns->natts;
  attributes_ = static_cast<Attribute*>(palloc(sizeof(Attribute) * (columns->natts + 1)));
  columns_ = static_cast<ImageColumn*>(palloc(sizeof(ImageColumn) * (columns->natts + 1)));
  std::size_t end = 0;
  for (int i = 0; i < columns->natts; ++i) {
    const FormData_pg_attribute& form = *TupleDescAttr(columns, i);
    Attribute& attribute = attributes_[i];
    attribute = {form.attlen, form.attalign, form.attbyval, -1, 0};
    const bool is_fixed = form.attlen > 0;
    end = is_fixed ? att_align_nominal(end, form.attalign) : MAXALIGN(end);
    attribute.offset = static_cast<std::uint32_t>(end);
    if (!form.attisdropped) {
      attribute.column = static_cast<std::int32_t>(column_count_);
      columns_[column_count_++] = {column_of(form), attribute.offset, 0};
    }
    end += is_fixed ? static_cast<std::size_t>(form.attlen) : sizeof(std::string_view);
    if (is_fixed && leading_ == i) {
      leading_ = i + 1;
      leading_bytes_ = end;
    }
  }
  image_bytes_ = std::max<std::size_t>(MAXALIGN(end), MAXIMUM_ALIGNOF);
  null_words_ = (column_count_ + 63) / 64;
}

RowImages RowImages::open(TupleDesc columns) {
  RowImages images;
  images.lay_out(columns);
  images.context_ =
      AllocSetContextCreate(CurrentMemoryContext, "images of rows", ALLOCSET_DEFAULT_SIZES);
  images.room_.context =
      AllocSetContextCreate(CurrentMemoryContext, "strings of rows", ALLOCSET_DEFAULT_SIZES);
  const std::size_t rows =
      std::bit_floor(std::max(kBlockBytes / images.image_bytes_, std::size_t{1}));
  images.block_shift_ = static_cast<unsigned>(std::countr_zero(rows));
  images.block_mask_ = static_cast<std::uint32_t>(rows - 1);
  return images;
}

void RowImages::add_block() {
  const std::size_t number = rows_ >> block_shift_;
  if (number == block_room_) {
    block_room_ = std::max<std::size_t>(16, 2 * block_room_);
    const std::size_t size = block_room_ * sizeof(Block);
    blocks_ = static_cast<Block*>(blocks_ == nullptr ? MemoryContextAlloc(context_, size)
                                                     : repalloc(blocks_, size));
  }
  // What no row touches costs nothing.
  const std::size_t size = image_bytes_ << block_shift_;
  blocks_[number] = {static_cast<char*>(MemoryContextAllocHuge(context_, size)), nullptr};
}

char* RowImages::next_image() {
  if ((rows_ & block_mask_) == 0) add_block();
  return blocks_[rows_ >> block_shift_].images + (rows_ & block_mask_) * image_bytes_;
}

void RowImages::set_null(const Attribute& attribute) {
  if (attribute.column < 0) return;
  Block& block = blocks_[rows_ >> block_shift_];
  if (block.nulls == nullptr) {
    const std::size_t size = (null_words_ << block_shift_) * sizeof(std::uint64_t);
    block.nulls = static_cast<std::uint64_t*>(
        MemoryContextAllocExtended(context_, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
  }
  const auto column = static_cast<std::uint32_t>(attribute.column);
  block.nulls[(rows_ & block_mask_) * null_words_ + column / 64] |= std::uint64_t{1} << column % 64;
  ++columns_[column].nulls;
}

void RowImages::set_string(char* image, const Attribute& attribute, std::string_view string) {
  std::memcpy(image + attribute.offset, &string, sizeof(std::string_view));
  string_bytes_ += string.size();
}

/// Attributes from `first` on, which is at `at` of the tuple's data if nothing has to be aligned.
void RowImages::add_rest(const HeapTupleHeaderData* tuple, char* image, int first, std::size_t at) {
  const char* data = reinterpret_cast<const char*>(tuple) + tuple->t_hoff;
  const bits8* bits = (tuple->t_infomask & HEAP_HASNULL) != 0 ? tuple->t_bits : nullptr;
  for (int i = first; i < attribute_count_; ++i) {
    const Attribute& attribute = attributes_[i];
    if (bits != nullptr && att_isnull(i, bits)) {
      set_null(attribute);
      continue;
    }
    const bool is_dropped = attribute.column < 0;
    if (attribute.length > 0) {
      at = att_align_nominal(at, attribute.alignment);
      if (!is_dropped) copy_fixed(image + attribute.offset, data + at, attribute.length);
      at += static_cast<std::size_t>(attribute.length);
    } else if (attribute.length == -1) {
      at = att_align_pointer(at, attribute.alignment, -1, data + at);
      const Datum value = PointerGetDatum(data + at);
      if (!is_dropped) set_string(image, attribute, stored_varlena(room_, value));
      at += VARSIZE_ANY(data + at);
    } else {
      at = att_align_nominal(at, attribute.alignment);
      const std::size_t size = std::strlen(data + at);
      if (!is_dropped) set_string(image, attribute, stored(room_, data + at, size));
      at += size + 1;
    }
  }
}

void RowImages::add_tuple(const HeapTupleHeaderData* tuple) {
  char* image = next_image();
  if ((tuple->t_infomask & HEAP_HASNULL) != 0) {
    add_rest(tuple, image, 0, 0);
  } else {
    std::memcpy(image, reinterpret_cast<const char*>(tuple) + tuple->t_hoff, leading_bytes_);
    add_rest(tuple, image, leading_, leading_bytes_);
  }
  ++rows_;
}

void RowImages::add_values(const Datum* values, const bool* nulls) {
  char* image = next_image();
  for (int i = 0; i < attribute_count_; ++i) {
    const Attribute& attribute = attributes_[i];
    if (attribute.column < 0) continue;
    if (nulls[i]) {
      set_null(attribute);
    } else if (attribute.by_value) {
      store_att_byval(image + attribute.offset, values[i], attribute.length);
    } else if (attribute.length > 0) {
      copy_fixed(image + attribute.offset, DatumGetPointer(values[i]), attribute.length);
    } else if (attribute.length == -1) {
      set_string(image, attribute, stored_varlena(room_, values[i]));
    } else {
      const char* string = DatumGetCString(values[i]);
      set_string(image, attribute, stored(room_, string, std::strlen(string)));
    }
  }
  ++rows_;
}

void RowImages::add(TupleTableSlot* slot) {
  if (is_buffer_tuple(slot)) {
    const HeapTupleHeaderData* tuple = reinterpret_cast<HeapTupleTableSlot*>(slot)->tuple->t_data;
    // One with fewer is from before a column was added, whose default the slot knows.
    if (HeapTupleHeaderGetNatts(tuple) == attribute_count_) return add_tuple(tuple);
  }
  slot_getallattrs(slot);
  add_values(slot->tts_values, slot->tts_isnull);
}

void RowImages::clear() {
  MemoryContextReset(context_);
  columnstore::clear(room_);
  for (std::size_t i = 0; i < column_count_; ++i) columns_[i].nulls = 0;
  blocks_ = nullptr;
  block_room_ = 0;
  rows_ = 0;
  string_bytes_ = 0;
}

}  // namespace varve::columnstore
