#pragma once

#include <cstddef>
#include <cstdint>

#include "extension/catalog/chunk_table.h"
#include "extension/chunk/maintain/row_versions.h"

#include "extension/pg/freeze.h"
#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// Chunks in columns, for the functions of this folder: they write heaps, and have the columnstore,
// which stands above them, do the rest. C API, as all here.
namespace varve::chunk {

/// Rows and row groups of one part of a chunk that is divided.
struct ColumnCount {
  std::int64_t rows;
  std::int64_t groups;
};

struct Columns {
  /// The access method of chunks in columns.
  Oid (*method)();
  /// Makes a table without rows one that columns can be put into, beside the rows of a heap: that
  /// is its access method until become(), so that indexes are of its heap part alone.
  void (*prepare)(Oid table);
  /// Lets the columns of a table be seen. AccessExclusiveLock is held. prepare() hides them again.
  void (*become)(Oid table);
  /// Whether a table has columns, also one that does not show them yet.
  bool (*has)(Relation table);
  /// Whether an index of a chunk shall have entries for the rows in columns, too.
  bool (*wants_full)(Relation chunk, Relation index);
  /// Copies the columns of `source`, and which of their rows are deleted, into `target`, as row
  /// groups from number `first` on; the number behind the last of them.
  std::uint32_t (*carry)(Relation source, Relation target, std::uint32_t first,
                         const pg::FreezeLimits& limits);
  /// Writes the columns of `source` into two targets as copy_versions() has them, whose heap parts
  /// are there; `counts` of each. Rows that not all transactions see become rows.
  void (*divide)(Relation source, TimeColumn time, std::int32_t hypertable,
                 const VersionTarget* targets, ColumnCount* counts);
  /// Notes what the views tell of chunks in columns: that the first of several is about to have the
  /// rows of all; that one has been divided, `rest` being the new one.
  void (*merged)(const catalog::Chunk* chunks, std::size_t count);
  void (*divided)(const catalog::Chunk& chunk, const catalog::Chunk& rest,
                  const ColumnCount* counts);
};

/// Once, in _PG_init.
void install_columns(const Columns& columns);
const Columns& columns();

bool is_columnar(Oid table);

}  // namespace varve::chunk
