#pragma once

#include <cstdint>
#include <optional>

#include "extension/pg/postgres.h"

namespace varve::catalog {

/// A row of varve_catalog.hypertable. Plain data: it crosses the boundary both ways.
struct Hypertable {
  std::int32_t id;
  Oid relation;           // the parent table
  NameData chunk_schema;  // where chunks live
  NameData chunk_prefix;  // chunks are named <prefix>_<chunk id>_chunk
  NameData column;        // the primary dimension
  Oid column_type;
  std::int64_t chunk_interval;  // microseconds, or integers for an integer column
};

/// The table varve_catalog.hypertable. Only this class knows its columns and indexes.
class HypertableTable {
 public:
  /// The hypertable whose parent table is `relation`, as of the current command.
  static std::optional<Hypertable> find(Oid relation);
  static std::optional<Hypertable> find_by_id(std::int32_t id);

  /// The next id of the sequence that continuous aggregates will share.
  static std::int32_t next_id();
  static void insert(const Hypertable& row);
  static void remove(std::int32_t id);
};

}  // namespace varve::catalog
