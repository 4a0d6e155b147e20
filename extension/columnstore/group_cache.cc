#include "extension/columnstore/group_cache.h"

#include "extension/columnstore/blob_cache.h"
#include "extension/columnstore/complete_index.h"

#include "extension/pg/oid_cache.h"
extern "C" {
#include <utils/inval.h>
}

namespace varve::columnstore {
namespace {

struct Entry {
  Oid toast;
  Known has_groups;
  bool has_totals;
  bool has_order;
  GroupTotals totals;
  GroupOrder order;
};

// Some 5 MB, where the relation cache's entries of as many chunks have a hundred times that. A
// limit that is less than a query's chunks would be none at all: each would find the cache empty.
pg::OidCache<Entry> cache("TOAST relations with row groups", 65536);

void on_invalidation(Datum, Oid relation) {
  forget_blobs(relation);
  forget_index(relation);
  cache.invalidate(relation);
}

Entry& entry_of(Oid toast) {
  return cache.enter(toast, {toast, Known::kNothing, false, false, {}, {}});
}

}  // namespace

Known known_groups(Oid toast) {
  const Entry* entry = cache.find(toast);
  return entry == nullptr ? Known::kNothing : entry->has_groups;
}

void remember_groups(Oid toast, bool has_groups) {
  entry_of(toast).has_groups = has_groups ? Known::kYes : Known::kNo;
}

bool find_totals(Oid toast, GroupTotals& totals) {
  const Entry* entry = cache.find(toast);
  if (entry == nullptr || !entry->has_totals) return false;
  totals = entry->totals;
  return true;
}

void remember_totals(Oid toast, const GroupTotals& totals) {
  Entry& entry = entry_of(toast);
  entry.totals = totals;
  entry.has_totals = true;
}

bool find_order(Oid toast, GroupOrder& order) {
  const Entry* entry = cache.find(toast);
  if (entry == nullptr || !entry->has_order) return false;
  order = entry->order;
  return true;
}

void remember_order(Oid toast, const GroupOrder& order) {
  Entry& entry = entry_of(toast);
  entry.order = order;
  entry.has_order = true;
}

void forget_groups(Oid toast) { cache.forget(toast); }

void install_group_cache() { CacheRegisterRelcacheCallback(on_invalidation, 0); }

}  // namespace varve::columnstore
