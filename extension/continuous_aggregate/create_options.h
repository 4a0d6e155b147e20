#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <utils/timestamp.h>
}

namespace varve::continuous_aggregate {

/// WITH (timescaledb.continuous, ...).
struct CreateOptions {
  bool continuous;
  bool materialized_only;
  bool create_group_indexes;
  bool has_chunk_interval;
  Interval chunk_interval;
  bool chunk_is_integer;  // then chunk_integer instead
  std::int64_t chunk_integer;
};

/// Whether the options ask for a continuous aggregate. C in the sense of boundary.h, as the rest.
bool asks_for_aggregate(List* options);

/// Reports undefined_object for an option that there is not, and feature_not_supported for one that
/// only ALTER takes.
CreateOptions create_options(List* options);

/// Whether `option` is ours, whatever its name.
bool is_ours(const DefElem& option);

}  // namespace varve::continuous_aggregate
