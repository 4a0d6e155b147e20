#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pg_list.h>
}

namespace varve::catalog {

/// The table varve_catalog.tablespace: which tablespaces are attached to which hypertables. Only
/// this class knows its columns and indexes. All is C API. In a database without the extension
/// nothing is attached.
class TablespaceTable {
 public:
  /// The names (char*) of those attached to a hypertable, in the order of attachment.
  static List* of_hypertable(std::int32_t hypertable_id);

  /// The ids (integers) of the hypertables that `tablespace` is attached to.
  static List* hypertables_of(const char* tablespace);

  static void insert(std::int32_t hypertable_id, const char* tablespace);

  /// Detaches `tablespace`, or all if it is null; how many there were.
  static int remove(std::int32_t hypertable_id, const char* tablespace);

  static void rename(const char* from, const char* to);
};

}  // namespace varve::catalog
