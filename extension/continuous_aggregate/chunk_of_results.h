#pragma once

#include <cstdint>
#include <optional>

#include "extension/continuous_aggregate/changes.h"
#include "extension/continuous_aggregate/result_table.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tupconvert.h>
#include <nodes/bitmapset.h>
#include <nodes/execnodes.h>
#include <utils/rel.h>
#include <utils/snapshot.h>
}

namespace varve::continuous_aggregate {

/// A hypertable of results.
struct ResultColumns {
  TupleDesc all;
  AttrNumber bucket;
  const Bitmapset* key;  // the columns that tell its rows apart; null where only all do
};

/// A chunk of results whose rows are deleted and replaced at their places. Nobody else has changed
/// them: we have the lock of their range.
///
/// C in the sense of boundary.h; needs an active snapshot. Triggers on deletion do not run.
class ChunkOfResults {
 public:
  /// `changes`: for aggregates over this one; null where there are none.
  ChunkOfResults(Oid chunk, const ResultColumns& columns, Changes* changes);

  void remove(const Place& place);

  /// Puts a row with the columns of the hypertable in place of another, without index entries where
  /// PostgreSQL can do without. False, and nothing done, where the row has to be deleted and
  /// inserted instead.
  bool replace(const Place& place, TupleTableSlot& row);

  void close();

 private:
  void open_for_replacing();
  [[nodiscard]] bool is_replaceable() const;
  [[nodiscard]] bool has_key_of(const IndexInfo& index) const;
  TupleTableSlot* of_chunk(TupleTableSlot& row);
  void note(TupleTableSlot* row);
  void note_stored(ItemPointer tid);

  const ResultColumns& columns_;
  Changes* changes_;
  Relation chunk_;
  Snapshot snapshot_;
  AttrNumber bucket_;
  Oid bucket_type_;
  TupleTableSlot* old_row_;  // where there are changes to be noted

  // Since the first row that is replaced.
  EState* executor_ = nullptr;
  ResultRelInfo* target_ = nullptr;
  TupleConversionMap* map_ = nullptr;  // where the chunk's columns have other numbers;
  TupleTableSlot* new_row_ = nullptr;  // then the row with those
  bool is_replaceable_ = false;
};

/// The chunks of places that come in their order, one open at a time. Has a snapshot until end().
class ChunksOfResults {
 public:
  /// `chunks`: OIDs, by their number in a Place.
  ChunksOfResults(const List* chunks, const ResultColumns& columns, Changes* changes);

  ChunkOfResults& at(const Place& place);
  void end();

 private:
  const List* chunks_;
  const ResultColumns& columns_;
  Changes* changes_;
  std::uint32_t number_ = 0;
  std::optional<ChunkOfResults> open_;
};

}  // namespace varve::continuous_aggregate
