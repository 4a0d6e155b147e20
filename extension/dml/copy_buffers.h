#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <commands/copyfrom_internal.h>
#include <nodes/execnodes.h>
}

namespace varve::dml {

/// Rows that COPY has read and not yet written, by chunk, so that each chunk gets many at once.
///
/// Memory  bounded whatever the number of chunks: kRows rows, kBytes bytes and one more row, and
///         kOpenChunks buffers, of which kIdleChunks stay for reuse.
/// C in the sense of boundary.h; lives in the memory of the COPY.
class CopyBuffers {
 public:
  static CopyBuffers* make(CopyFromState source, EState& estate, CommandId command);

  /// Where to put the next row for the chunk `target`.
  TupleTableSlot& next_slot(ResultRelInfo& target);

  /// Takes the row that now is in next_slot(target). May write rows.
  void store(ResultRelInfo& target);

  /// Writes what is buffered, in each chunk in the order of the input.
  void flush();

  /// Lets go of the chunks; nothing is buffered. Before their routing is replaced or closed.
  void release();

 private:
  struct Buffer;

  Buffer& buffer_of(ResultRelInfo& target);
  void write(Buffer& buffer);
  void release_oldest();

  CopyFromState source_;
  EState* estate_;
  CommandId command_;
  Buffer* first_;  // the oldest
  Buffer* last_;
  int buffers_;
  int rows_;
  std::size_t bytes_;

  static constexpr int kRowsOfChunk = 1000;
  static constexpr int kRows = 8192;
  static constexpr std::size_t kBytes = 1 << 20;
  static constexpr int kOpenChunks = 1024;
  static constexpr int kIdleChunks = 64;
};

}  // namespace varve::dml
