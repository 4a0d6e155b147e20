#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

/// Thin ownership over libpq. One connection belongs to one thread at a time; every call blocks.
namespace varve::database {

/// What a caller does about an error, from its SQLSTATE.
enum class ErrorClass {
  kConnection,   // 08*, or no connection at all: connect again, later
  kTransient,    // 40001, 40P01, 53300, 55P03, 57P0*: the same again may work
  kData,         // 22*, 23*: these values will never work
  kCanceled,     // 57014: statement_timeout or a cancel request
  kEnvironment,  // 28*, 42*, 3D*, 3F*, 53*, 58*: somebody has to repair the server or the schema
  kOther,
};

/// "08006" -> kConnection, ...
ErrorClass classify(std::string_view sqlstate);

class Error : public std::runtime_error {
 public:
  /// `sqlstate` is empty where the server said nothing: the connection is lost or was never there.
  Error(std::string sqlstate, const std::string& message, std::string detail = {})
      : std::runtime_error(message), sqlstate_(std::move(sqlstate)), detail_(std::move(detail)) {}

  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
  [[nodiscard]] ErrorClass error_class() const {
    return sqlstate_.empty() ? ErrorClass::kConnection : classify(sqlstate_);
  }

 private:
  std::string sqlstate_, detail_;
};

/// A value for $1, $2, ...: text in PostgreSQL's input format, of whatever type the query asks for.
class Parameter {
 public:
  // NOLINTBEGIN(google-explicit-constructor): so that a list of parameters is a list of values
  Parameter(std::nullptr_t) {}
  Parameter(std::nullopt_t) {}
  Parameter(std::string text) : text_(std::move(text)) {}
  Parameter(std::string_view text) : text_(text) {}
  Parameter(const char* text) : text_(text) {}
  Parameter(std::optional<std::string> text) : text_(std::move(text)) {}
  Parameter(bool flag) : text_(flag ? "t" : "f") {}
  Parameter(std::integral auto number) : text_(std::to_string(number)) {}
  Parameter(double real);  // shortest that round-trips
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] const std::optional<std::string>& text() const { return text_; }

 private:
  std::optional<std::string> text_;
};
using Parameters = std::vector<Parameter>;

/// Rows as text. Indexes must be in range.
class Result {
 public:
  explicit Result(pg_result* result) : result_(result) {}

  [[nodiscard]] int rows() const;
  [[nodiscard]] int columns() const;
  [[nodiscard]] bool is_null(int row, int column) const;
  /// Valid as long as the result; "" for NULL.
  [[nodiscard]] std::string_view text(int row, int column) const;
  [[nodiscard]] std::optional<std::string> optional(int row, int column) const;
  /// Throws std::invalid_argument unless the value is an integer.
  [[nodiscard]] std::int64_t integer(int row, int column) const;
  /// Rows that an INSERT, UPDATE, DELETE, COPY, ... touched.
  [[nodiscard]] std::int64_t affected() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

struct Notification {
  std::string channel, payload;
};

class Connection {
 public:
  /// Connects, or throws Error. PG* variables fill in what `conninfo` leaves out. Notices of the
  /// server go to the log at level debug.
  static Connection open(const std::string& conninfo, const std::string& application_name,
                         std::chrono::seconds timeout = std::chrono::seconds(10));

  /// Runs one statement through the extended protocol, unnamed (safe behind PgBouncer).
  Result execute(const std::string& sql, const Parameters& parameters = {});
  /// Runs several statements separated by semicolons, in one implicit transaction unless they say
  /// otherwise; gives the last result.
  Result script(const std::string& sql);

  /// Sends the statements in one round trip (libpq's pipeline mode). After an error the rest is
  /// skipped and the error is thrown. COPY is not allowed here.
  struct Statement {
    std::string sql;
    Parameters parameters;
  };
  std::vector<Result> pipeline(std::span<const Statement> statements);

  /// The next notification of the channels that LISTEN named, waiting up to `wait`; nothing when
  /// the time is up. Throws where the connection is lost.
  std::optional<Notification> wait_notification(std::chrono::milliseconds wait);

  /// False once the connection is known to be lost. Does not ask the server.
  [[nodiscard]] bool usable() const;
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] pg_conn* raw() const { return connection_.get(); }

  /// Waits for the answer to what was sent through raw(); throws where it is an error.
  Result take_result();

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  explicit Connection(pg_conn* connection) : connection_(connection) {}
  [[noreturn]] void fail() const;
  Result checked(pg_result* result) const;

  std::unique_ptr<pg_conn, Finish> connection_;
};

/// BEGIN now; ROLLBACK at the end of the scope unless commit() came first.
class Transaction {
 public:
  explicit Transaction(Connection& connection, const std::string& begin = "BEGIN");
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Throws where the transaction did not commit, also when it was already aborted. An Error of
  /// class kConnection leaves it unknown whether it did.
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

/// Quotes an identifier or a literal for SQL text.
std::string quote_identifier(std::string_view name);
std::string quote_literal(std::string_view text);

}  // namespace varve::database
