#pragma once

#include <cstddef>
#include <cstdint>

#include "extension/vectorized/target_column.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/memutils.h>
}

// Rows put into columns, up to kMostBatchRows of them. C API.
namespace varve::vectorized {

/// A column of the batch. Of types passed by reference the values point into the batch's memory.
struct BatchColumn {
  std::int16_t length;  // of the type, as pg_type has it
  bool by_value;
  bool is_counted;  // only whether it is null matters: no values
  Datum* values;
  bool* nulls;
};

class RowBatch {
 public:
  /// In the current memory context. Columns' types are to be set, then make_room() called.
  void begin(int columns);
  void limit_columns(int count) { column_count_ = count; }
  void make_room();
  [[nodiscard]] int column_count() const { return column_count_; }
  [[nodiscard]] BatchColumn& column(int i) { return columns_[i]; }
  [[nodiscard]] const BatchColumn& column(int i) const { return columns_[i]; }

  [[nodiscard]] std::uint32_t rows() const { return rows_; }
  [[nodiscard]] bool has_room(std::uint32_t more) const { return rows_ + more <= kMostBatchRows; }
  void clear();

  /// A value of a row that add_rows() will add.
  void set_null(int column, std::uint32_t row) { columns_[column].nulls[row] = true; }
  void set(int column, std::uint32_t row, Datum value) {
    BatchColumn& to = columns_[column];
    to.nulls[row] = false;
    to.values[row] = to.by_value || to.is_counted ? value : copy(to, value);
  }
  void add_rows(std::uint32_t count) { rows_ += count; }

  /// Memory that goes with the rows.
  [[nodiscard]] MemoryContext memory() const { return memory_; }

 private:
  Datum copy(const BatchColumn& column, Datum value);

  BatchColumn* columns_ = nullptr;
  int column_count_ = 0;
  std::uint32_t rows_ = 0;
  MemoryContext memory_ = nullptr;
  char* first_piece_ = nullptr;  // of memory for small values; others are in `memory_`
  char* free_ = nullptr;
  std::size_t free_bytes_ = 0;
};

}  // namespace varve::vectorized
