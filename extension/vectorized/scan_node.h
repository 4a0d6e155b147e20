#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/extensible.h>
}

namespace varve::vectorized {

/// The plan node that scans a columnar chunk: no private data, all qualifiers in its `qual`.
extern const CustomScanMethods kColumnarScan;

}  // namespace varve::vectorized
