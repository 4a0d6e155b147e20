#pragma once

#include <cstdint>
#include <span>

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/bitmapset.h>
#include <utils/rel.h>
}

// What the access method knows of a chunk's columnar rows. C API: it may ereport, throws nothing,
// and its objects have no destructor that matters: memory goes with its context, the relations with
// their resource owner or close().
namespace varve::columnstore {

inline constexpr std::uint32_t kVectorLength = 1024;  // rows of a vector; the last may be shorter

struct GroupInfo {
  std::uint16_t number;
  std::uint32_t rows;  // 1 to 65,536
};

/// What rows are sorted by before they are written.
struct SortColumn {
  AttrNumber attribute;
  bool is_descending;
  bool nulls_first;
};

/// Rows of one column of one vector, by position; nulls are marked, and their values are 0.
struct Vector {
  std::uint32_t rows;
  const Datum* values;
  const bool* nulls;
};

/// What a range asks of a column: low <= value <= high in the order of the type's default btree
/// operator class and the column's collation. Without an end it is open there.
struct ValueRange {
  Datum low;
  Datum high;
  bool has_low;
  bool has_high;
};

/// What a row group states of a column of integers, dates or times, exactly, dead rows included.
struct StatedRange {
  bool is_known;    // the rest is
  bool has_values;  // that are not null
  std::int64_t least;
  std::int64_t greatest;
};

/// Values, or combinations of them, that bloom filters are asked for one by one. Of so many, one is
/// found by mistake.
inline constexpr int kMostHashes = 256;

/// Hashes (value_hash.h) of values one of which a row has in a column.
struct HashedColumn {
  AttrNumber attribute;
  const std::uint64_t* hashes;
  std::size_t count;
};

/// Reads the row groups of a chunk; one for each scan or fetch. Lives in the memory context that is
/// current at open(), where it keeps what it has decoded: one vector of each column asked for.
class Reader {
 public:
  /// Takes AccessShareLock on the chunk's TOAST relation and its index, which is kept until the end
  /// of the transaction. Cheap where there are no groups.
  static Reader* open(Relation chunk);
  /// Closes the relations; what was decoded becomes invalid.
  void close();
  /// Lets go of the relations until resume(), and keeps what was decoded: row groups never change.
  /// False where the reader has been told of other columns than the chunk's: close it.
  bool suspend();
  /// Goes on with the same chunk, whose files and columns are still those that it was opened with.
  void resume(Relation chunk);
  /// Bytes that are kept for its sake: what is decoded, and segments as they are stored.
  [[nodiscard]] std::size_t size() const;

  /// In ascending order of their numbers; as committed, or written by this transaction, when the
  /// reader was opened.
  [[nodiscard]] std::span<const GroupInfo> groups() const;
  /// The group of this number, or none.
  [[nodiscard]] const GroupInfo* group(std::uint16_t number) const;

  /// Whether the group was written with a column; one that was added since is not in it.
  bool has_column(std::uint16_t group, AttrNumber attribute);
  /// What the group's rows are sorted by, in the current memory context.
  std::span<const SortColumn> sort_columns(std::uint16_t group);

  /// The row type that rows are wanted in, where it is not the relation's: a table that is being
  /// rewritten is read by what it was, and has become something else. Costs nothing when repeated.
  void describe(TupleDesc columns);

  /// Fills values and nulls, of the chunk's row type, with one row; of the attributes that are not
  /// `wanted` (attribute number - 1; null: all are wanted) nothing is written. Dropped columns are
  /// null, those younger than the group have their missing value. By-reference values live until
  /// the reader moves on to another vector or group.
  void row(std::uint16_t group, std::uint32_t row, const Bitmapset* wanted, Datum* values,
           bool* nulls);

  /// One column of a row: of its vector where that is decoded, otherwise alone, if the encoding
  /// allows that and few rows of the vector have been asked for. Lives as row() says.
  void value(std::uint16_t group, std::uint32_t row, AttrNumber attribute, Datum& value,
             bool& is_null);

  /// One vector of one column; lives until this column of the reader is asked for another one.
  const Vector& column(std::uint16_t group, std::uint32_t vector, AttrNumber attribute);

  /// Whether a row of the vector may have its `attribute` within `range`. May be wrong about rows
  /// that have not, never about one that has. Nulls are in no range. False only if a range that
  /// the descriptor or the segment states excludes it, so it is true for types without such.
  bool may_contain(std::uint16_t group, std::uint32_t vector, AttrNumber attribute,
                   const ValueRange& range);
  /// The same of a whole group: reads nothing but its descriptor.
  bool may_contain(std::uint16_t group, AttrNumber attribute, const ValueRange& range);

  /// Whether ranges tell that every row of the vector has this value, `value.low`, of a type that
  /// is compared as an integer.
  bool is_constant(std::uint16_t group, std::uint32_t vector, AttrNumber attribute,
                   const ValueRange& value);

  /// The columns that the group has a filter of their own of, in the current memory context.
  std::span<const AttrNumber> filtered_columns(std::uint16_t group);
  /// Whether may_have() has anything to ask.
  bool has_filters(std::uint16_t group);
  /// Whether a row of the group may have one of these values in each of the columns; of a column
  /// that is there twice, the first are asked. False only if a bloom filter of the group excludes
  /// it, of one of the columns or of several.
  bool may_have(std::uint16_t group, std::span<const HashedColumn> wanted);

  /// Not known of other types, of a column that has had another one, or is younger than the group.
  StatedRange stated_range(std::uint16_t group, AttrNumber attribute);

  struct State;

 private:
  State* state_ = nullptr;
};

/// Whether the chunk has any row group. Cheap: answered from the relation cache's entry, or from
/// one probe of the TOAST relation's index, which takes AccessShareLock on it.
bool has_groups(Relation chunk);

}  // namespace varve::columnstore
