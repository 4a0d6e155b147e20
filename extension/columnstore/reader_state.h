#pragma once

#include <string>

#include "extension/columnstore/column_decoder.h"
#include "extension/columnstore/group_head.h"
#include "extension/columnstore/reader.h"
#include "extension/columnstore/store.h"

#include "extension/pg/boundary.h"

// What is behind a Reader, for the sources that make it up: its row groups (reader_groups.cc), its
// columns (reader_columns.cc), its filters (reader_filters.cc), and what it is asked (reader.cc). C
// API.
namespace varve::columnstore {

inline constexpr int kNone = -1;

struct Group {
  codec::RowGroup* descriptor;  // null until it is asked for
  GroupHead head;
  char* inline_descriptor;  // behind the head; null where it is a blob
};

/// A column of the group and vector that it was last asked for.
struct OpenColumn {
  Column column;
  bool is_known;  // `column` is filled
  int group;
  int vector;
  MemoryContext context;    // of the group's segment
  std::size_t stored;       // bytes of it that the backend's cache keeps as long
  ColumnDecoder* decoder;   // null: the group has no such column
  bool has_zones;           // those of the segment are in the order of the column's type
  int picking;              // the vector of the group that rows are picked of
  std::uint32_t picked;     // how many of it
  std::int64_t picked_row;  // the last of them; kNone: none
  Datum picked_value;
  bool picked_null;
  Datum* values;  // null until a vector is decoded
  bool* nulls;
  Vector result;
};

/// The filter that was asked last, and its pages as far as they were.
struct OpenFilter {
  MemoryContext context;  // null: none was
  int group;
  std::size_t number;
  const char** pages;
};

struct Reader::State {
  Relation chunk;
  TupleDesc described;  // null: the relation's
  Store store;
  bool is_open;
  MemoryContext context;
  GroupInfo* infos;
  Group* groups;  // in the same order
  std::size_t count;
  std::size_t room;     // of the two arrays
  OpenColumn* columns;  // by attribute number - 1
  int column_count;
  OpenFilter filter;
};

inline TupleDesc columns_of(const Reader::State& state) {
  return state.described != nullptr ? state.described : RelationGetDescr(state.chunk);
}

// --- Errors

/// What the errors of a block of C++ are about.
struct Place {
  const Reader::State& state;
  int group;  // its number
  AttrNumber attribute = InvalidAttrNumber;
};

std::string detail_of(const Place& place);

/// Runs C++ that reads stored bytes; an error says where they are.
template <class Body>
auto reading(const Place& place, Body&& body) {
  return pg::entry([&] {
    try {
      return body();
    } catch (const Error& error) {
      const bool is_future = error.kind() == ErrorKind::kUnsupported;
      throw pg::SqlError(is_future ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_DATA_CORRUPTED,
                         error.what(), detail_of(place));
    }
  });
}

[[noreturn]] void report_missing_bytes(const Place& place);

/// A blob of the store, in `context`.
char* blob(const Place& place, MemoryContext context, Oid id, std::size_t size);

// --- Groups

void find_groups(Reader::State& state);
/// Where the group of this number is; kNone, or for existing() an error, where there is none.
int position_of(const Reader::State& state, std::uint16_t number);
int existing(const Reader::State& state, std::uint16_t number);
const codec::RowGroup& descriptor_of(Reader::State& state, int position);
/// Copies the descriptor of a column; false where the group has no such column.
bool find_column(Reader::State& state, int position, AttrNumber attribute,
                 codec::ColumnDescriptor& column);

// --- Columns

OpenColumn& known_column(Reader::State& state, AttrNumber attribute);
/// Makes the column be of the group at `position`.
void open_segment(Reader::State& state, OpenColumn& open, int position);
const Vector& vector_of(Reader::State& state, int position, std::uint32_t vector,
                        AttrNumber attribute);
/// One row of a column: of its vector where that is decoded, alone where few of it have been asked
/// for.
void value_of(Reader::State& state, int position, std::uint32_t row, AttrNumber attribute,
              Datum& value, bool& is_null);

}  // namespace varve::columnstore
