#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/database.h"

struct pg_conn;
struct pg_result;

namespace varve::ingest {

/// The server refused a statement; says which column or constraint was the reason, if any.
class StatementError : public database::Error {
 public:
  StatementError(std::string sqlstate, const std::string& message, std::string culprit)
      : Error(std::move(sqlstate), message), culprit_(std::move(culprit)) {}
  [[nodiscard]] const std::string& culprit() const noexcept { return culprit_; }

 private:
  std::string culprit_;
};

/// Statements on one connection in few round trips. What was add()ed travels with the next copy()
/// or flush(): the simple query protocol takes several statements in one message, COPY among them,
/// which libpq's pipeline mode does not. After an error the statements behind it have not run, and
/// it is thrown.
///
///   add("BEGIN")  add("INSERT ...")  copy("COPY ...", rows)  add("INSERT ...")  flush()
///   `------------- one message, then the rows -----------'   `---- one message -----'
class StatementRun {
 public:
  explicit StatementRun(database::Connection& connection) : connection_(connection) {}

  void add(std::string_view statement);
  /// `statement` is COPY ... FROM STDIN (FORMAT binary); `rows` are rows of a RowBuffer.
  void copy(std::string_view statement, std::string_view rows);
  /// Runs what is left, and gives for each statement since the last flush() how many rows it
  /// touched, in order.
  std::vector<std::int64_t> flush();

 private:
  void send();
  /// Takes results until the server waits for COPY's data (true) or is done with the message.
  bool take_results();
  void stream(std::string_view bytes);
  [[noreturn]] void lost() const;
  [[noreturn]] void fail(pg_result* result);

  database::Connection& connection_;
  std::string pending_;
  std::vector<std::int64_t> touched_;
};

}  // namespace varve::ingest
