#pragma once

#include <cstdint>
#include <span>

#include "extension/columnstore/column_buffer.h"
#include "extension/columnstore/string_room.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/htup_details.h>
#include <executor/tuptable.h>
}

namespace varve::columnstore {

/// Where the values of a column are in the images of rows.
struct ImageColumn {
  Column column;
  std::uint32_t offset;
  std::uint32_t nulls;  // of all rows
};

/// Rows in memory, each as an image of the same size, in the order they came. The columns in front,
/// as long as they have a fixed length, lie as in a heap tuple without nulls, so that such a
/// tuple's are copied at once; behind them values of fixed length follow aligned alike, and strings
/// as string_views. To read rows in another order costs a cache miss or two for each, instead of
/// one for each of its columns. C API.
class RowImages {
 public:
  /// An empty one in the current memory context.
  static RowImages open(TupleDesc columns);

  /// Copies the row, strings detoasted.
  void add(TupleTableSlot* slot);
  /// Forgets all rows.
  void clear();

  [[nodiscard]] std::uint32_t rows() const { return rows_; }
  /// Of memory, about.
  [[nodiscard]] std::size_t bytes() const { return rows_ * image_bytes_ + string_bytes_; }
  /// Those that are not dropped.
  [[nodiscard]] std::span<const ImageColumn> columns() const { return {columns_, column_count_}; }

  [[nodiscard]] const char* image(std::uint32_t row) const {
    return blocks_[row >> block_shift_].images + (row & block_mask_) * image_bytes_;
  }
  /// Whether the row has no value in columns()[column].
  [[nodiscard]] bool is_null(std::uint32_t row, std::size_t column) const {
    const std::uint64_t* nulls = blocks_[row >> block_shift_].nulls;
    if (nulls == nullptr) return false;
    return (nulls[(row & block_mask_) * null_words_ + column / 64] >> column % 64 & 1) != 0;
  }

 private:
  struct Attribute {  // of the chunk, dropped ones too
    std::int16_t length;
    char alignment;
    bool by_value;
    std::int32_t column;   // in columns_; -1: dropped
    std::uint32_t offset;  // in the image
  };
  struct Block {
    char* images;
    std::uint64_t* nulls;  // null_words_ for each row; null as long as no row of it has nulls
  };

  void lay_out(TupleDesc columns);
  char* next_image();
  void add_block();
  void add_tuple(const HeapTupleHeaderData* tuple);
  void add_rest(const HeapTupleHeaderData* tuple, char* image, int first, std::size_t at);
  void add_values(const Datum* values, const bool* nulls);
  void set_null(const Attribute& attribute);
  void set_string(char* image, const Attribute& attribute, std::string_view string);

  MemoryContext context_ = nullptr;
  Attribute* attributes_ = nullptr;
  int attribute_count_ = 0;
  int leading_ = 0;  // attributes in front that have a fixed length
  std::size_t leading_bytes_ = 0;
  ImageColumn* columns_ = nullptr;
  std::size_t column_count_ = 0;
  std::size_t null_words_ = 0;
  std::size_t image_bytes_ = 0;
  unsigned block_shift_ = 0;
  std::uint32_t block_mask_ = 0;
  Block* blocks_ = nullptr;
  std::size_t block_room_ = 0;
  std::uint32_t rows_ = 0;
  std::size_t string_bytes_ = 0;
  StringRoom room_ = {};
};

inline constexpr std::size_t kMostRowsAtOnce = 256;

/// Adds at most kMostRowsAtOnce rows, by their numbers, to the buffers of columns(); strings stay
/// where they are. The bytes they take.
std::size_t append_rows(std::span<ColumnBuffer> buffers, const RowImages& from,
                        const std::uint32_t* rows, std::size_t count);

}  // namespace varve::columnstore
