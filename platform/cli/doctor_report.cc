#include <algorithm>

#include "platform/base/json.h"
#include "platform/cli/doctor.h"

namespace varve::cli {

std::string_view name_of(Finding::Level level) {
  switch (level) {
    case Finding::Level::kOk: return "OK";
    case Finding::Level::kWarn: return "WARN";
    case Finding::Level::kFail: break;
  }
  return "FAIL";
}

bool any_failed(const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings,
                             [](const Finding& f) { return f.level == Finding::Level::kFail; });
}

std::string table_of(const std::vector<Finding>& findings) {
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.check.size());
  const auto padded = [](std::string_view text, std::size_t to) {
    return std::string(text) + std::string(to - text.size(), ' ');
  };
  std::string out;
  for (const Finding& finding : findings) {
    out += padded(name_of(finding.level), 4) + "  " + padded(finding.check, width) + "  " +
           finding.found + "\n";
    if (!finding.hint.empty()) out += std::string(width + 8, ' ') + "-> " + finding.hint + "\n";
  }
  return out;
}

std::string json_of(const std::vector<Finding>& findings) {
  std::string list;
  for (const Finding& finding : findings) {
    list += list.empty() ? "[" : ",";
    list += json::Object()
                .text("level", name_of(finding.level))
                .text("check", finding.check)
                .text("found", finding.found)
                .text("hint", finding.hint)
                .str();
  }
  return json::Object().boolean("ok", !any_failed(findings)).raw("findings", list + "]").str() +
         "\n";
}

}  // namespace varve::cli
