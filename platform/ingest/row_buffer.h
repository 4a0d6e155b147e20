#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "platform/ingest/instant.h"
#include "platform/ingest/numeric.h"
#include "platform/ingest/uuid.h"

namespace varve::ingest {

/// Rows of one table in the format of COPY BINARY, without its header and trailer, one behind the
/// other. Remembers where each row ends and which message it came from, so that any range of rows
/// can be sent again without encoding it again. clear() keeps the memory: a buffer that has seen a
/// full batch allocates no more.
///
/// Source  https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format"
class RowBuffer {
 public:
  static constexpr std::string_view kHeader{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
  static constexpr std::string_view kTrailer{"\377\377", 2};

  /// A row is begin(), its columns in order, each in the type of its column, and end().
  void begin(std::int16_t columns);
  void null();
  void integer(std::int32_t value);
  void bigint(std::int64_t value);
  void float8(double value);
  void uuid(const Uuid& value);
  void timestamptz(Instant value);
  void numeric(const Numeric& value);
  void bytes(std::string_view value);  // text in UTF-8 without U+0000, or bytea
  void jsonb(std::string_view json);
  void end(std::uint32_t message);

  [[nodiscard]] std::size_t rows() const { return ends_.size(); }
  [[nodiscard]] std::size_t size_bytes() const { return size_; }
  /// The rows [first, last).
  [[nodiscard]] std::string_view range(std::size_t first, std::size_t last) const;
  [[nodiscard]] std::uint32_t message(std::size_t row) const { return messages_[row]; }
  void clear();

 private:
  /// Room for `bytes` more, at the end; what is written there counts at once.
  char* grow(std::size_t bytes);

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0, capacity_ = 0;
  std::vector<std::size_t> ends_;
  std::vector<std::uint32_t> messages_;
};

}  // namespace varve::ingest
