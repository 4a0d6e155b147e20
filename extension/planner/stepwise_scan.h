#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/extensible.h>
}

namespace varve::planner {

/// The setting varve.enable_stepwise_scan.
bool stepwise_scan_enabled();

/// The plan of the node: private data is the step query alone; its expressions are the parameters
/// in it that come from outer queries.
extern const CustomScanMethods kStepwiseScan;

void define_stepwise_scan();

}  // namespace varve::planner
