#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pg_list.h>
}

namespace varve::columnstore {

/// A column that rows are ordered by.
struct OrderColumn {
  const char* name;
  bool is_descending;
  bool nulls_first;
};

/// How the rows of a hypertable's chunks are ordered as columns: by the segment columns first,
/// whose equal values end up side by side, then by the order columns.
struct Settings {
  bool is_enabled;
  List* segmentby;                 // of char*
  List* orderby;                   // of OrderColumn*
  List* full_indexes;              // of char*: full_indexes.h
  const char* sparse_index;        // sparse_options.h; null: chosen by the indexes
  std::int64_t compress_interval;  // roll_up.h; 0: chunks stay as they are
};

/// Whether a List of char* has the name. C API.
bool has_name(const List* names, const char* name);

/// Whether rows are segmented or ordered by the column. C API.
bool sorts_by(const Settings& settings, const char* column);

/// The row of varve_catalog.columnstore for a hypertable, in the current memory context; not
/// enabled where there is none. C API, as all below.
Settings settings_of(std::int32_t hypertable_id);

/// Writes that row anew, or deletes it where the columnstore is not enabled.
void store_settings(std::int32_t hypertable_id, const Settings& settings);

/// What a conversion found and did, for the views.
struct Conversion {
  std::int64_t rows;  // that are in row groups
  std::int64_t groups;
  std::int64_t table_bytes;  // before
  std::int64_t index_bytes;
  std::int64_t toast_bytes;
};

/// The row of varve_catalog.columnar_chunk for a chunk: how it has been converted; `filters` is the
/// list of sparse indexes that it has got.
void store_conversion(std::int32_t chunk_id, const Settings& settings, const char* filters,
                      const Conversion& conversion);
/// The sizes that were stored; false where there is no row.
bool find_conversion(std::int32_t chunk_id, Conversion& conversion);
/// Whether the chunk's columns have been written in the order of the settings, and with the sparse
/// indexes that these name.
bool has_same_layout(std::int32_t chunk_id, const Settings& settings, const char* filters);
void forget_conversion(std::int32_t chunk_id);

}  // namespace varve::columnstore
