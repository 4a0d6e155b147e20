#pragma once

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "kernel/base/error.h"

#include "extension/pg/postgres.h"

// PostgreSQL reports errors by longjmp, which skips destructors; C++ by exceptions, which
// PostgreSQL cannot catch. Two functions keep the two apart:
//
//   PostgreSQL --> entry( C++ ... call( PostgreSQL's C API ) ... )
//
// Inside entry() code is C++ and reports with exceptions. Inside call() code is C: it may ereport,
// and declares nothing that has a destructor. There is no third kind of code.
namespace varve::pg {

/// A PostgreSQL error passing through C++ frames. The error itself (SQLSTATE, detail, hint,
/// context) waits on PostgreSQL's error stack, as in a PG_CATCH block, until entry() resumes it.
/// Only entry() catches this.
struct PgError {};

/// An error of the extension with a SQLSTATE of its own (PostgreSQL's ERRCODE_*, or sqlstate.h),
/// and a detail and a hint where they help. Messages follow PostgreSQL's style.
struct SqlError : std::runtime_error {
  SqlError(int state, const std::string& message, std::string detail_text = {},
           std::string hint_text = {}, const char* file = __builtin_FILE(),
           int line = __builtin_LINE(), const char* function = __builtin_FUNCTION())
      : std::runtime_error(message),
        sqlstate(state),
        detail(std::move(detail_text)),
        hint(std::move(hint_text)),
        where{file, line, function} {}

  int sqlstate;
  std::string detail, hint;
  Where where;
};

namespace detail {

struct Report {
  bool resume = false;  // a PgError: the report is already on PostgreSQL's stack
  int sqlstate = 0;
  Where where = {};
  // Left as they are until there is something to say: clearing them would cost every call 30 ns.
  char message[512];
  char detail[512];
  char hint[512];
};
static_assert(std::is_trivially_destructible_v<Report>);

Report describe_current_exception() noexcept;
[[noreturn]] void raise(const Report& report);
void call(void (*run)(void*), void* body);

}  // namespace detail

/// Runs C++ on behalf of PostgreSQL; any exception leaves as ereport(ERROR).
template <class Body>
std::invoke_result_t<Body&> entry(Body&& body) {
  static_assert(std::is_trivially_destructible_v<std::remove_reference_t<Body>>);
  detail::Report report;
  try {
    return body();
  } catch (...) {
    report = detail::describe_current_exception();
  }
  detail::raise(report);  // longjmps; by now the exception is destroyed and no frame owns anything
}

/// Runs a block of C API calls on behalf of C++; ereport(ERROR) arrives as PgError.
/// Costs one sigsetjmp: put a whole batch of work in one block, not one call a row.
template <class Body>
std::invoke_result_t<Body&> call(Body&& body) {
  using Result = std::invoke_result_t<Body&>;
  if constexpr (std::is_void_v<Result>) {
    detail::call([](void* b) { (*static_cast<std::remove_reference_t<Body>*>(b))(); }, &body);
  } else {
    static_assert(std::is_trivially_copyable_v<Result>);
    Result result{};
    auto run = [&] { result = body(); };
    detail::call([](void* r) { (*static_cast<decltype(run)*>(r))(); }, &run);
    return result;
  }
}

}  // namespace varve::pg

/// Defines the SQL-callable function `name`; the braces that follow are its C++ body.
#define VARVE_SQL_FUNCTION(name)                                       \
  static Datum name##_body(FunctionCallInfo fcinfo);                   \
  extern "C" {                                                         \
  PG_FUNCTION_INFO_V1(name);                                           \
  PGDLLEXPORT Datum name(PG_FUNCTION_ARGS) {                           \
    return varve::pg::entry([fcinfo] { return name##_body(fcinfo); }); \
  }                                                                    \
  }                                                                    \
  static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
