#include "extension/pg/boundary.h"

#include <cstring>
#include <exception>
#include <new>

namespace varve::pg::detail {
namespace {

int sqlstate_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument: return ERRCODE_INVALID_PARAMETER_VALUE;
    case ErrorKind::kOutOfRange: return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
    case ErrorKind::kTimeOutOfRange: return ERRCODE_DATETIME_VALUE_OUT_OF_RANGE;
    case ErrorKind::kCorruptData: return ERRCODE_DATA_CORRUPTED;
    case ErrorKind::kUnsupported: return ERRCODE_FEATURE_NOT_SUPPORTED;
  }
  return ERRCODE_INTERNAL_ERROR;
}

/// Copies as much of `from` as fits.
template <std::size_t N>
void copy(char (&to)[N], const char* from) noexcept {
  std::strncpy(to, from, N - 1);
  to[N - 1] = '\0';
}

// Fixed storage on purpose: palloc here could longjmp out of a catch block.
Report report_of(int sqlstate, const char* message, Where where = {}, const char* detail = "",
                 const char* hint = "") noexcept {
  Report report;
  report.sqlstate = sqlstate;
  report.where = where;
  copy(report.message, message);
  copy(report.detail, detail);
  copy(report.hint, hint);
  return report;
}

/// Puts back the handler that was in force, however the block is left.
class HandlerScope {
 public:
  HandlerScope() noexcept : handler_(PG_exception_stack), context_(error_context_stack) {}
  ~HandlerScope() {
    PG_exception_stack = handler_;
    error_context_stack = context_;
  }
  HandlerScope(const HandlerScope&) = delete;
  HandlerScope& operator=(const HandlerScope&) = delete;

 private:
  sigjmp_buf* handler_;
  ErrorContextCallback* context_;
};

}  // namespace

Report describe_current_exception() noexcept {
  try {
    throw;
  } catch (const PgError&) {
    Report report;
    report.resume = true;
    return report;
  } catch (const Error& error) {
    return report_of(sqlstate_of(error.kind()), error.what(), error.where());
  } catch (const SqlError& error) {
    return report_of(error.sqlstate, error.what(), error.where, error.detail.c_str(),
                     error.hint.c_str());
  } catch (const std::bad_alloc&) {
    return report_of(ERRCODE_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return report_of(ERRCODE_INTERNAL_ERROR, error.what());
  } catch (...) {
    return report_of(ERRCODE_INTERNAL_ERROR, "unknown C++ exception");
  }
}

void raise(const Report& report) {
  if (report.resume) PG_RE_THROW();
  // ereport() spelt out, so that LOCATION names the throw and not this line.
  errstart(ERROR, TEXTDOMAIN);
  errcode(report.sqlstate);
  errmsg("%s", report.message);
  if (report.detail[0] != '\0') errdetail("%s", report.detail);
  if (report.hint[0] != '\0') errhint("%s", report.hint);
  errfinish(report.where.file, report.where.line, report.where.function);
  pg_unreachable();
}

void call(void (*run)(void*), void* body) {
  const MemoryContext context = CurrentMemoryContext;
  {
    const HandlerScope scope;
    sigjmp_buf here;
    if (sigsetjmp(here, 0) == 0) {
      PG_exception_stack = &here;
      run(body);
      return;
    }
  }
  CurrentMemoryContext = context;  // errfinish() left us in ErrorContext
  throw PgError{};
}

}  // namespace varve::pg::detail
