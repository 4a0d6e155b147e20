#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/base/config.h"

namespace varve::cli {

struct Finding {
  enum class Level { kOk, kWarn, kFail };
  Level level;
  std::string check;  // what was looked at
  std::string found;  // what is so
  std::string hint;   // what to do about it; empty where all is well
};
std::string_view name_of(Finding::Level level);  // OK, WARN, FAIL

struct DoctorOptions {
  bool database_only = false;  // asks neither broker nor API
};

/// Looks at everything that Varve needs, and changes nothing. Never throws for what it finds.
std::vector<Finding> examine(const Config& config, const DoctorOptions& options);

bool any_failed(const std::vector<Finding>& findings);
/// Columns for people.
std::string table_of(const std::vector<Finding>& findings);
/// {"ok":true,"findings":[{"level":"OK","check":...,"found":...,"hint":...}]}
std::string json_of(const std::vector<Finding>& findings);

}  // namespace varve::cli
