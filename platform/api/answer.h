#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/arguments.h"
#include "platform/api/http.h"
#include "platform/base/database.h"

namespace varve::api {

/// PostgreSQL as far as handlers need it; tests pass a fake.
class Database {
 public:
  using Row = std::vector<std::optional<std::string>>;
  virtual ~Database() = default;
  /// The only row that `sql` returns, with `parameters` bound to $1, $2, ... Read-only, in UTC.
  /// Throws database::Error.
  virtual Row row(std::string_view sql, const database::Parameters& parameters) = 0;
  /// Runs one statement that changes something, in no transaction but its own and without a time
  /// limit of ours. Throws database::Error; one of class kConnection leaves it unknown whether it
  /// was done.
  virtual void act(std::string_view sql, const database::Parameters& parameters) = 0;
};

/// {"data":`data`,"page":{"next":...},"meta":{...}}. `data` is JSON already. `next` is the cursor
/// of the next page; an empty one says that this was the last, nullopt that the answer has no
/// pages. `source` is what was read: "raw", the rows, or "cagg", a continuous aggregate.
Response envelope(const Request& request, const Range& range, std::string_view data,
                  const std::optional<std::string>& next = std::nullopt,
                  std::string_view source = "raw");

/// PostgreSQL's parameters for a range.
inline std::string sql_time(TimePoint time) { return format_rfc3339(time); }

}  // namespace varve::api
