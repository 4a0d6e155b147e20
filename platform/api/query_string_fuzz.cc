#include "platform/api/query_string.h"

#include <cstdint>
#include <cstdlib>

#include "platform/api/routes.h"

/// Any target is refused or taken apart, and routing takes whatever comes out. What is decoded
/// holds no NUL byte, which libpq would cut a parameter at.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace varve::api;
  const auto target = parse_target({reinterpret_cast<const char*>(data), size});
  if (!target) return 0;
  for (const auto& [name, value] : target->query) {
    if ((name + value).find('\0') != std::string::npos) std::abort();
  }
  Fields variables;
  match(target->path, variables);
  for (const auto& [name, value] : variables) {
    if (value.empty() || value.find('\0') != std::string::npos) std::abort();
  }
  return 0;
}
