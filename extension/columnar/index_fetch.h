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
  bool is_as_it_is;   // nothing is looked up beside the scan's index: it is complete, or was not
                      // made for it
  bool wants_row;     // the scan is one that gives rows; who checks that a key is unique has none
  bool has_begun;     // the shim has been asked for a tuple
  bool in_groups;     // the shim stands in the row groups, behind the index's own entries
  MemoryContext lookup_context;
};

IndexFetchTableData* index_fetch_begin(Relation chunk);
void index_fetch_reset(IndexFetchTableData* scan);
void index_fetch_end(IndexFetchTableData* scan);
bool index_fetch_tuple(IndexFetchTableData* scan, ItemPointer tid, Snapshot snapshot,
                       TupleTableSlot* slot, bool* call_again, bool* all_dead);

}  // namespace varve::columnar
