#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/extensible.h>
}

// A scan of a b-tree index that jumps from one distinct value of its first columns to the next, and
// gives one row of each.
namespace varve::planner {

/// The plan of the node. Its qual has all conditions; they are tested here, not by ExecScan().
///
/// custom_private  (SkipScanPlan as a list of integers, operators of the keys as OIDs, attribute
///                 numbers of the prefix)
/// custom_exprs    (conditions on columns of the prefix alone, values of the keys)
extern const CustomScanMethods kSkipScan;

/// What the plan has beside expressions: integers, in this order.
enum SkipScanPlan {
  kSkipIndex,           // OID
  kSkipPrefix,          // columns of the prefix
  kSkipPrefixBackward,  // 0 or 1
  kSkipRestBackward,    // 0 or 1
  kSkipKeys             // from here on (column of the index from 1, strategy) of each key
};

void define_skip_scan();

}  // namespace varve::planner
