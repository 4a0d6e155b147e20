#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/rel.h>
}

namespace varve::columnstore {

/// What becomes of the row groups of a chunk whose files are written anew. C API, as all here.
struct GroupNumbers {
  static constexpr std::int32_t kNone = -1;  // it does not come along
  std::int32_t* of;                          // the new number of each, by its old one

  /// None comes along, until it is said.
  static GroupNumbers none();
  /// All keep their numbers.
  static GroupNumbers same();
};

/// Copies row groups of `source` into the TOAST relation of `target`, which this transaction has
/// made, as they are: nothing is decoded. Columns go by name, without those that have been dropped;
/// one that is younger than a group, and has a value there, is written, since what the catalog says
/// of it does not come along. Reports XX001 for a group whose bytes are not all there.
void copy_groups(Relation source, Relation target, const GroupNumbers& numbers);

}  // namespace varve::columnstore
