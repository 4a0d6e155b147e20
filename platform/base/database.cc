#include "platform/base/database.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <libpq-fe.h>
#include <poll.h>

#include "platform/base/log.h"

namespace varve::database {
namespace {

/// libpq's messages end with newlines, and repeat "ERROR:  " in front.
std::string trimmed(const char* text) {
  std::string_view view = text == nullptr ? "" : text;
  while (!view.empty() && (view.back() == '\n' || view.back() == ' ')) view.remove_suffix(1);
  return std::string(view);
}

std::string error_field(const PGresult* result, int field) {
  return trimmed(PQresultErrorField(result, field));
}

void log_notice(void*, const PGresult* notice) {
  log::debug("notice of the server", {{"notice", error_field(notice, PG_DIAG_MESSAGE_PRIMARY)}});
}

/// Pointers into `parameters`, as libpq wants them.
std::vector<const char*> pointers(const Parameters& parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const Parameter& p : parameters) values.push_back(p.text() ? p.text()->c_str() : nullptr);
  return values;
}

bool is_error(ExecStatusType status) {
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE ||
         status == PGRES_PIPELINE_ABORTED;
}

}  // namespace

ErrorClass classify(std::string_view sqlstate) {
  const auto in = [&](auto... prefixes) { return (sqlstate.starts_with(prefixes) || ...); };
  if (in("57014")) return ErrorClass::kCanceled;
  if (in("08")) return ErrorClass::kConnection;
  if (in("40001", "40P01", "53300", "55P03", "57P0")) return ErrorClass::kTransient;
  if (in("22", "23")) return ErrorClass::kData;
  if (in("28", "3D", "3F", "42", "53", "58")) return ErrorClass::kEnvironment;
  return ErrorClass::kOther;
}

Parameter::Parameter(double real) {
  std::array<char, 32> digits;
  text_.emplace(digits.data(), std::to_chars(digits.begin(), digits.end(), real).ptr);
}

void Result::Clear::operator()(pg_result* result) const { PQclear(result); }
int Result::rows() const { return PQntuples(result_.get()); }
int Result::columns() const { return PQnfields(result_.get()); }
bool Result::is_null(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Result::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::optional<std::string> Result::optional(int row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return std::string(text(row, column));
}

std::int64_t Result::integer(int row, int column) const {
  const std::string_view value = text(row, column);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) {
    throw std::invalid_argument("not an integer: " + std::string(value));
  }
  return number;
}

std::int64_t Result::affected() const {
  const std::string_view count = PQcmdTuples(result_.get());
  std::int64_t number = 0;
  std::from_chars(count.data(), count.data() + count.size(), number);
  return number;
}

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Connection Connection::open(const std::string& conninfo, const std::string& application_name,
                            std::chrono::seconds timeout) {
  // The later keyword wins, so what conninfo says overrides our defaults.
  const std::string limit = std::to_string(timeout.count());
  const std::array keywords = {"fallback_application_name", "connect_timeout", "client_encoding",
                               "dbname", static_cast<const char*>(nullptr)};
  const std::array values = {application_name.c_str(), limit.c_str(), "UTF8", conninfo.c_str(),
                             static_cast<const char*>(nullptr)};
  Connection connection(PQconnectdbParams(keywords.data(), values.data(), 1));
  if (connection.raw() == nullptr) throw std::bad_alloc();
  if (PQstatus(connection.raw()) != CONNECTION_OK) connection.fail();
  PQsetNoticeReceiver(connection.raw(), log_notice, nullptr);
  return connection;
}

void Connection::fail() const { throw Error({}, trimmed(PQerrorMessage(raw()))); }

Result Connection::checked(pg_result* result) const {
  if (result == nullptr) fail();
  Result owned(result);
  if (!is_error(PQresultStatus(result))) return owned;
  const std::string message = error_field(result, PG_DIAG_MESSAGE_PRIMARY);
  throw Error(error_field(result, PG_DIAG_SQLSTATE),
              message.empty() ? trimmed(PQresultErrorMessage(result)) : message,
              error_field(result, PG_DIAG_MESSAGE_DETAIL));
}

Result Connection::execute(const std::string& sql, const Parameters& parameters) {
  const auto values = pointers(parameters);
  return checked(PQexecParams(raw(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                              values.data(), nullptr, nullptr, 0));
}

Result Connection::script(const std::string& sql) { return checked(PQexec(raw(), sql.c_str())); }

Result Connection::take_result() {
  PGresult* result = PQgetResult(raw());
  while (PGresult* more = PQgetResult(raw())) PQclear(more);
  return checked(result);
}

std::vector<Result> Connection::pipeline(std::span<const Statement> statements) {
  // No deadlock with a server that waits for us to read: a blocking send reads answers meanwhile.
  if (PQenterPipelineMode(raw()) == 0) fail();
  for (const Statement& s : statements) {
    const auto values = pointers(s.parameters);
    if (PQsendQueryParams(raw(), s.sql.c_str(), static_cast<int>(values.size()), nullptr,
                          values.data(), nullptr, nullptr, 0) == 0)
      fail();
  }
  if (PQpipelineSync(raw()) == 0) fail();

  std::vector<Result> results;
  std::optional<Error> first_error;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    while (PGresult* result = PQgetResult(raw())) {
      try {
        results.push_back(checked(result));
      } catch (const Error& error) {
        if (!first_error) first_error = error;
      }
    }
    if (!usable()) break;
  }
  if (!usable()) fail();
  Result sync(PQgetResult(raw()));
  if (PQexitPipelineMode(raw()) == 0) fail();
  if (first_error) throw Error(*first_error);
  return results;
}

std::optional<Notification> Connection::wait_notification(std::chrono::milliseconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  for (;;) {
    if (PQconsumeInput(raw()) == 0) fail();
    if (PGnotify* notify = PQnotifies(raw())) {
      const std::unique_ptr<PGnotify, decltype(&PQfreemem)> owner(notify, PQfreemem);
      return Notification{notify->relname, notify->extra};
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd socket = {PQsocket(raw()), POLLIN, 0};
    if (::poll(&socket, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) fail();
  }
}

bool Connection::usable() const { return PQstatus(raw()) == CONNECTION_OK; }
bool Connection::in_transaction() const { return PQtransactionStatus(raw()) != PQTRANS_IDLE; }

Transaction::Transaction(Connection& connection, const std::string& begin)
    : connection_(connection) {
  connection_.execute(begin);
}

Transaction::~Transaction() {
  if (!open_ || !connection_.usable()) return;
  try {
    connection_.execute("ROLLBACK");
  } catch (const Error& error) {
    log::warn("rollback failed", {{"error", error.what()}});
  }
}

void Transaction::commit() {
  // COMMIT of an aborted transaction answers ROLLBACK, without an error.
  const bool aborted = PQtransactionStatus(connection_.raw()) == PQTRANS_INERROR;
  open_ = false;
  connection_.execute("COMMIT");
  if (aborted) throw Error("25P02", "the transaction was aborted, nothing is committed");
}

std::string quote_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string quote_literal(std::string_view text) {
  // E'' because standard_conforming_strings can be off.
  std::string quoted = " E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += c;
    quoted += c;
  }
  return quoted + "'";
}

}  // namespace varve::database
