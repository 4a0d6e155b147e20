#pragma once

#include "extension/columnstore/conversion_plan.h"
#include "extension/columnstore/group_copy.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

namespace varve::columnstore {

/// The row groups of a chunk as a conversion finds them. C API.
struct FoundGroups {
  std::size_t count;
  std::uint16_t* numbers;     // ascending
  GroupState* states;         // of each
  std::uint32_t* tombstones;  // of each: also those that not everybody sees
};

/// None for a chunk of rows. `oldest`: a tombstone from before is one to everybody.
FoundGroups found_groups(Relation chunk, TransactionId oldest);

/// Whether a row group of a chunk has many dead rows: has_many_dead(). Cheap: it counts headers.
bool has_dead_to_fold(Relation chunk, TransactionId oldest);

/// Whether more rows of a group have been deleted since, as far as the group does not come along.
bool has_new_tombstones(Relation chunk, const FoundGroups& groups, const GroupNumbers& carried);

}  // namespace varve::columnstore
