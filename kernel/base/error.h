#pragma once

#include <stdexcept>
#include <string>

namespace varve {

/// What went wrong, in terms the caller can act on. The extension maps each kind to one SQLSTATE.
enum class ErrorKind {
  kInvalidArgument,
  kOutOfRange,      // of a number
  kTimeOutOfRange,  // of a date, time or interval
  kCorruptData,
  kUnsupported
};

/// The line of a throw. Builtins, since clang 14 has no std::source_location.
struct Where {
  const char* file;
  int line;
  const char* function;
};

/// Ends the current operation. Messages follow PostgreSQL's style: lower case, no final period.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message, const char* file = __builtin_FILE(),
        int line = __builtin_LINE(), const char* function = __builtin_FUNCTION())
      : std::runtime_error(message), kind_(kind), where_{file, line, function} {}

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const Where& where() const noexcept { return where_; }

 private:
  ErrorKind kind_;
  Where where_;
};

}  // namespace varve
