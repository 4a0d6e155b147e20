#pragma once

#include "extension/columnar/key_lookup.h"
#include "extension/columnar/row_access.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/relscan.h>
#include <access/tableam.h>
}

// From the TIDs of an index scan to rows. C API.
namespace varve::columnar {

/// The table's side of an index scan, where PostgreSQL calls us back; the shim of the index
/// (index_shim.h) keeps its state here too.
struct IndexFetch {
  IndexFetchTableData base;  // must be first: PostgreSQL sees this
  IndexFetchTableData* heap;
  RowAccess* rows;
  KeyLookup* lookup;  // made by the first scan that gets to the row groups
  bool is_as_it_is;   // nothing is looked up: the index is complete, or cannot be shimmed
  bool reads_rows;    // give_rows() has been called
  bool wants_row;     // who checks that a key is unique, or scans an index alone, does not
  bool has_begun;     // the shim has been asked for a tuple
  bool in_groups;     // the shim stands in the row groups, behind the index's own entries
  MemoryContext lookup_context;
};

/// To be called before the first rescan by who wants from one scan both what the index has and
/// rows: PostgreSQL's own scans of an index alone only ask whether there is a row, and get none.
void give_rows(IndexScanDesc scan);

IndexFetchTableData* index_fetch_begin(Relation chunk);
void index_fetch_reset(IndexFetchTableData* scan);
void index_fetch_end(IndexFetchTableData* scan);
bool index_fetch_tuple(IndexFetchTableData* scan, ItemPointer tid, Snapshot snapshot,
                       TupleTableSlot* slot, bool* call_again, bool* all_dead);

}  // namespace varve::columnar
