#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "platform/base/database.h"
#include "platform/base/rfc3339.h"

namespace varve::database {

using varve::TimePoint;

/// The bytes of COPY ... (FORMAT binary): a header, rows, a trailer. The caller begins a row and
/// adds its columns in order, each in the type of its column; nothing checks that. Source
/// https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format"
class CopyBuffer {
 public:
  CopyBuffer();

  void begin_row(int columns);
  void add_null();
  void add_bool(bool value);
  void add_int4(std::int32_t value);
  void add_int8(std::int64_t value);
  void add_float8(double value);
  void add_text(std::string_view text);  // text, varchar, name, json; UTF-8 without NUL bytes
  void add_jsonb(std::string_view json);
  void add_bytea(std::string_view bytes);
  /// Throws Error 22P02 unless `text` is 32 hexadecimal digits, with or without hyphens.
  void add_uuid(std::string_view text);
  void add_timestamptz(TimePoint time);
  /// `text`: [+-]digits[.digits][e[+-]digits]. Exact: never through a double. Throws Error 22P02 on
  /// other text and 22003 beyond numeric's range.
  void add_numeric(std::string_view text);

  /// Ends the data; nothing may be added afterwards.
  void finish();

  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  /// Forgets the bytes, which the caller has sent.
  void clear() { bytes_.clear(); }

 private:
  void add_field(std::string_view bytes);

  std::string bytes_;
};

/// COPY into a table on a connection: rows go to the server every 64 KiB.
///   CopyWriter copy(connection, "COPY t (a, b) FROM STDIN (FORMAT binary)");
///   copy.buffer().begin_row(2); ...; copy.row_done();
///   copy.finish();
/// Destroyed before finish(), it makes the server fail the COPY: nothing is stored.
class CopyWriter {
 public:
  CopyWriter(Connection& connection, const std::string& copy_statement);
  ~CopyWriter();
  CopyWriter(const CopyWriter&) = delete;
  CopyWriter& operator=(const CopyWriter&) = delete;

  CopyBuffer& buffer() { return buffer_; }
  /// Sends what has gathered, if it is enough.
  void row_done();
  /// The number of rows stored. Throws the server's Error.
  std::int64_t finish();

 private:
  void send();

  Connection& connection_;
  CopyBuffer buffer_;
  bool open_ = true;
};

}  // namespace varve::database
