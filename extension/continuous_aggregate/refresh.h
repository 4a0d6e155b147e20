#pragma once

#include <cstdint>

#include "extension/continuous_aggregate/range_set.h"

namespace varve::continuous_aggregate {

/// How a refresh goes about it.
struct RefreshOptions {
  bool force = false;              // compute what is not stale, too
  std::int64_t batch_buckets = 0;  // in each transaction; 0: about a chunk of the results
  std::int64_t max_batches = 0;    // 0: all
  bool newest_first = true;
};

/// Computes what is stale in the window, whose ends are edges of buckets, or the ends of all
/// coordinates. Commits: SPI is connected, and not atomic. C++ in the sense of boundary.h.
void refresh(std::int32_t id, Range window, const RefreshOptions& options);

/// The same of all there is, in C.
void refresh_all(std::int32_t id);

}  // namespace varve::continuous_aggregate
