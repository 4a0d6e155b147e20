#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "platform/base/database.h"

namespace varve::cli {

/// Something in schema public that has the name of ours and is something else.
struct ForeignObject {
  std::string name;
  bool is_function;
  std::string difference;  // "column region is missing"; several are separated by semicolons
};

struct ForeignObjects : std::runtime_error {
  explicit ForeignObjects(const std::vector<ForeignObject>& objects);
};

/// Compares what is there with what `schema_sql` makes, by making that in a schema of its own and
/// taking it back. Inside a transaction; the extension must be installed.
std::vector<ForeignObject> find_foreign_objects(database::Connection& connection,
                                                const std::string& schema_sql,
                                                const std::string& extension_schema);

/// Moves them, unharmed, to the schema before_varve.
void move_aside(database::Connection& connection, const std::vector<ForeignObject>& objects);

}  // namespace varve::cli
