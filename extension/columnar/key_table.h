#pragma once

#include "extension/columnar/index_entry.h"
#include "extension/columnar/reader_pool.h"
#include "extension/columnar/row_table.h"

#include "extension/pg/postgres.h"

// All columnar rows of a chunk by the hash of their key in a unique index. Looking through row
// groups for one key costs about a millisecond for a million rows, and making the table a hundred
// times that; so whoever writes many rows gets one. C API.
namespace varve::columnar {

struct KeyTable {
  Oid index;
  int asked;                      // how often there was no table yet
  bool is_impossible;             // a type that cannot be hashed, or too many rows
  int count;                      // of key columns that are columns of the table
  int positions[INDEX_MAX_KEYS];  // in the key
  AttrNumber attributes[INDEX_MAX_KEYS];
  FmgrInfo hashes[INDEX_MAX_KEYS];
  Oid collations[INDEX_MAX_KEYS];
  RowTable* rows;  // null: not made yet
  KeyTable* next;
};

/// The table for the keys of an index; null while looking through the row groups is cheaper.
KeyTable* key_table(columnstore::Reader& reader, const IndexForm& form);

/// The hash of a key, as the index has its values.
std::uint32_t hash_of(KeyTable& table, const Datum* values, const bool* nulls);

}  // namespace varve::columnar
