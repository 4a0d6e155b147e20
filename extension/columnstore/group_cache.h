#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <access/attnum.h>
#include <storage/block.h>
}

// What is known of the row groups in a TOAST relation. Asked for every row of a scan, and for every
// chunk of a plan, so remembered. C API.
namespace varve::columnstore {

enum class Known { kNo, kYes, kNothing };

/// What planning asks of a chunk's row groups.
struct GroupTotals {
  std::uint64_t rows;          // that have ever been in row groups that stand
  std::uint64_t sample_units;  // of 256 rows of a group, as TABLESAMPLE counts them
  BlockNumber pages;           // of the TOAST relation when it was asked
};

/// The first columns that the newest group is sorted by, and those that it has bloom filters of;
/// attributes[count] and on are undefined, as are filtered[filtered_count] and on.
struct GroupOrder {
  static constexpr int kMost = 4;  // who has conditions on more is told of these
  std::int16_t count;
  AttrNumber attributes[kMost];
  std::int16_t filtered_count;
  AttrNumber filtered[kMost];
};

Known known_groups(Oid toast);
void remember_groups(Oid toast, bool has_groups);

/// False where nothing is known.
bool find_totals(Oid toast, GroupTotals& totals);
void remember_totals(Oid toast, const GroupTotals& totals);
bool find_order(Oid toast, GroupOrder& order);
void remember_order(Oid toast, const GroupOrder& order);

/// To be called by whoever writes a group.
void forget_groups(Oid toast);

/// Once, in _PG_init. Whatever gives a TOAST relation other contents invalidates it in the relation
/// cache of every backend: compression makes a new one, TRUNCATE and CLUSTER give it new files.
void install_group_cache();

}  // namespace varve::columnstore
