#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <access/tableam.h>
#include <nodes/execnodes.h>
}

// Sampling of a chunk's rows, for TABLESAMPLE and for ANALYZE. Both choose among blocks; row groups
// have made-up ones behind those of the heap part. C API.
namespace varve::columnar {

bool scan_sample_next_block(TableScanDesc scan, SampleScanState* state);
bool scan_sample_next_tuple(TableScanDesc scan, SampleScanState* state, TupleTableSlot* slot);
bool scan_analyze_next_block(TableScanDesc scan, BlockNumber block, BufferAccessStrategy strategy);
bool scan_analyze_next_tuple(TableScanDesc scan, TransactionId oldest, double* live, double* dead,
                             TupleTableSlot* slot);

/// The size of a fork in bytes. While ANALYZE looks for blocks to sample, those of row groups
/// count.
uint64 relation_size(Relation chunk, ForkNumber fork);

/// Rows and blocks as the planner takes them.
void relation_estimate_size(Relation chunk, int32* widths, BlockNumber* pages, double* rows,
                            double* all_visible);

}  // namespace varve::columnar
