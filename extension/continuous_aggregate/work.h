#pragma once

#include <cstdint>

#include "extension/continuous_aggregate/range_set.h"

// What a refresh computes, and in which order: decided without PostgreSQL.
namespace varve::continuous_aggregate {

/// The state of an aggregate that a refresh starts from. Ranges are whole buckets, `stale` and
/// `frozen` merged.
struct Situation {
  Ranges stale;
  Ranges frozen;
  std::int64_t watermark;
  Range window;  // asked for
  Range data;    // outside there are neither rows nor results
  bool force;    // stale or not
};

/// The ranges to compute, in order: the future first, oldest to newest, since readers take for
/// computed whatever lies below the watermark; then the past, newest first unless told otherwise.
Ranges work_of(const Situation& situation, bool newest_first);

}  // namespace varve::continuous_aggregate
