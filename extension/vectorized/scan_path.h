#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/pathnodes.h>
}

namespace varve::vectorized {

/// The setting varve.enable_vectorized.
bool is_enabled();
void define_settings();

/// Offers the scan by vectors beside PostgreSQL's own, for each columnar chunk.
void install_scan_path();

/// Whether the path is that of a scan by vectors, perhaps with another target list.
bool is_columnar_scan(const Path* path);
/// The part of its cost that giving rows is.
Cost cost_of_rows(const Path& path);

}  // namespace varve::vectorized
