#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

// Makes scans of a sparse index complete. Whoever scans an index of a columnar chunk, the executor
// or another that bypasses the planner (a logical subscriber, say), gets the TIDs of its entries
// first, those of the heap part, and then those of the matching columnar rows. It has no order.
// A complete index (columnstore/complete_index.h) is read like any other. C API.
namespace varve::columnar {

/// Whether a sparse index can be scanned so: btree or hash over plain columns.
bool can_be_shimmed(Relation index);

/// Prepares the indexes of a chunk that has row groups, in this session's relation cache. Whoever
/// scans an index together with its table calls index_fetch_begin(), thus this, before the scan's
/// keys are set.
void install_index_shims(Relation chunk);

}  // namespace varve::columnar
