#pragma once

#include <cstdint>
#include <optional>

#include "extension/pg/postgres.h"
extern "C" {
#include <access/htup.h>
#include <access/tupdesc.h>
#include <nodes/pg_list.h>
}

namespace varve::catalog {

/// A row of varve_catalog.hypertable. Plain data: it crosses the boundary both ways.
struct Hypertable {
  std::int32_t id;
  Oid relation;           // the parent table
  NameData chunk_schema;  // where chunks live
  NameData chunk_prefix;  // chunks are named <prefix>_<chunk id>_chunk
  NameData column;        // the primary dimension
  Oid column_type;
  std::int64_t chunk_interval;        // microseconds, or integers for an integer column
  Oid integer_now = InvalidOid;       // the function that set_integer_now_func() has named
  bool has_integer_now = false;       // ... which may have been dropped since
  NameData space_column = {};         // the dimension below it, by hash; see space_partitions
  std::int32_t space_partitions = 0;  // of each new slice; 0: there is no such dimension
};

/// The table varve_catalog.hypertable. Only this class knows its columns and indexes. Whatever
/// changes a row tells every backend's cache, and is visible when it returns.
class HypertableTable {
 public:
  /// The hypertable whose parent table is `relation`, as of the current command. Nothing in a
  /// database without the extension.
  static std::optional<Hypertable> find(Oid relation);
  static std::optional<Hypertable> find_by_id(std::int32_t id);

  /// The row that a tuple of the table, with its descriptor, holds. C API.
  static Hypertable row_of(HeapTuple tuple, TupleDesc descriptor);

  /// The next id of the sequence that continuous aggregates will share.
  static std::int32_t next_id();

  /// Reports unique_violation where `row.relation` is a hypertable already.
  static void insert(const Hypertable& row);
  static void remove(std::int32_t id);
  static void set_chunk_interval(std::int32_t id, std::int64_t interval);
  static void set_integer_now(std::int32_t id, Oid function);
  static void set_space(std::int32_t id, const NameData& column, std::int32_t partitions);
  static void set_column(std::int32_t id, const NameData& column);

  /// For every hypertable whose chunks live in the schema `from`.
  static void rename_chunk_schema(const NameData& from, const NameData& to);

  /// The storage parameters that every new chunk gets, those of its TOAST table with the namespace
  /// "toast": DefElems fit for CreateStmt.options, in the current memory context.
  static List* storage_options(std::int32_t id);

  /// `options`: text[] of "name=value" or "toast.name=value", or 0 for none.
  static void set_storage_options(std::int32_t id, Datum options);
};

}  // namespace varve::catalog
