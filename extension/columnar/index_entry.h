#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/executor.h>
#include <nodes/execnodes.h>
#include <utils/rel.h>
}

// Entries of indexes, made without the executor's help. C API.
namespace varve::columnar {

/// An index of a chunk and what its entries are made of.
struct IndexForm {
  Relation index;
  IndexInfo* info;
  EState* estate;  // of its expressions and its predicate; null without
  ExprState* predicate;

  /// Opens the index, with RowExclusiveLock.
  static IndexForm open(Oid index);
  void close();

  /// Fills the values that the index has of a row; false where its predicate leaves the row out.
  bool form(TupleTableSlot* row, Datum* values, bool* nulls);
  [[nodiscard]] Form_pg_index definition() const { return index->rd_index; }
};

/// Makes entries of the row under `tid` in all indexes of the table, with no check of uniqueness.
void insert_index_entries(Relation table, TupleTableSlot* row, const ItemPointerData& tid);

}  // namespace varve::columnar
