#include "extension/vectorized/row_batch.h"

#include <cstring>

extern "C" {
#include <utils/datum.h>
}

namespace varve::vectorized {
namespace {

constexpr std::size_t kPiece = 32'768;

}  // namespace

void RowBatch::begin(int columns) {
  *this = {};
  column_count_ = columns;
  columns_ = static_cast<BatchColumn*>(palloc0(sizeof(BatchColumn) * (columns + 1U)));
  memory_ = AllocSetContextCreate(CurrentMemoryContext, "values of a batch of rows",
                                  ALLOCSET_DEFAULT_SIZES);
}

void RowBatch::make_room() {
  for (int i = 0; i < column_count_; ++i) {
    columns_[i].values = static_cast<Datum*>(palloc(sizeof(Datum) * kMostBatchRows));
    columns_[i].nulls = static_cast<bool*>(palloc0(kMostBatchRows));
  }
}

void RowBatch::clear() {
  rows_ = 0;
  MemoryContextReset(memory_);
  free_ = first_piece_;
  free_bytes_ = first_piece_ != nullptr ? kPiece : 0;
}

Datum RowBatch::copy(const BatchColumn& column, Datum value) {
  const std::size_t size = column.length > 0 ? static_cast<std::size_t>(column.length)
                                             : datumGetSize(value, false, column.length);
  const std::size_t room = MAXALIGN(size);
  if (first_piece_ == nullptr) {
    first_piece_ = static_cast<char*>(MemoryContextAlloc(GetMemoryChunkContext(columns_), kPiece));
    free_ = first_piece_;
    free_bytes_ = kPiece;
  }
  if (room > free_bytes_) {
    free_bytes_ = room > kPiece ? room : kPiece;
    free_ = static_cast<char*>(MemoryContextAlloc(memory_, free_bytes_));
  }
  char* place = free_;
  free_ += room;
  free_bytes_ -= room;
  std::memcpy(place, DatumGetPointer(value), size);
  return PointerGetDatum(place);
}

}  // namespace varve::vectorized
