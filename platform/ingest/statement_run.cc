#include "platform/ingest/statement_run.h"

#include <algorithm>
#include <libpq-fe.h>
#include <memory>
#include <utility>

#include "platform/ingest/row_buffer.h"

namespace varve::ingest {
namespace {

// libpq copies what it is given into its own buffer: slices keep that small.
constexpr std::size_t kSlice = std::size_t{128} * 1024;

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

}  // namespace

void StatementRun::add(std::string_view statement) {
  pending_ += statement;
  pending_ += ';';
}

void StatementRun::copy(std::string_view statement, std::string_view rows) {
  add(statement);
  send();
  if (!take_results()) throw StatementError("08P01", "COPY did not start", "");
  stream(RowBuffer::kHeader);
  for (; !rows.empty(); rows.remove_prefix(std::min(rows.size(), kSlice))) {
    stream(rows.substr(0, kSlice));
  }
  stream(RowBuffer::kTrailer);
  if (PQputCopyEnd(connection_.raw(), nullptr) != 1) lost();
  take_results();
}

std::vector<std::int64_t> StatementRun::flush() {
  if (!pending_.empty()) {
    send();
    take_results();
  }
  return std::exchange(touched_, {});
}

void StatementRun::send() {
  const bool sent = PQsendQuery(connection_.raw(), pending_.c_str()) == 1;
  pending_.clear();
  if (!sent) lost();
}

bool StatementRun::take_results() {
  while (PGresult* result = PQgetResult(connection_.raw())) {
    const auto status = PQresultStatus(result);
    if (status == PGRES_COPY_IN) {
      PQclear(result);
      return true;
    }
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result);
    touched_.push_back(std::atoll(PQcmdTuples(result)));
    PQclear(result);
  }
  if (!connection_.usable()) lost();
  return false;
}

void StatementRun::stream(std::string_view bytes) {
  if (PQputCopyData(connection_.raw(), bytes.data(), static_cast<int>(bytes.size())) != 1) lost();
}

void StatementRun::lost() const {
  throw StatementError("", std::string("connection lost: ") + PQerrorMessage(connection_.raw()),
                       "");
}

void StatementRun::fail(pg_result* result) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> owner(result, PQclear);
  touched_.clear();
  // Nothing may be left over for the next statement.
  while (PGresult* more = PQgetResult(connection_.raw())) PQclear(more);
  std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = PQresultErrorMessage(result);
  std::string culprit = field(result, PG_DIAG_COLUMN_NAME);
  if (culprit.empty()) culprit = field(result, PG_DIAG_CONSTRAINT_NAME);
  throw StatementError(field(result, PG_DIAG_SQLSTATE), message, culprit);
}

}  // namespace varve::ingest
