#include "extension/columnstore/group_cache.h"

#include "extension/columnstore/blob_cache.h"
#include "extension/columnstore/complete_index.h"

extern "C" {
#include <utils/hsearch.h>
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
constexpr long kMostEntries = 65536;

HTAB* cache = nullptr;

HTAB* make_cache() {
  HASHCTL control = {};
  control.keysize = sizeof(Oid);
  control.entrysize = sizeof(Entry);
  control.hcxt = TopMemoryContext;
  return hash_create("TOAST relations with row groups", 64, &control,
                     HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

void forget_all() {
  if (cache != nullptr) hash_destroy(cache);
  cache = nullptr;
}

void on_invalidation(Datum, Oid relation) {
  forget_blobs(relation);
  forget_index(relation);
  if (OidIsValid(relation)) {
    forget_groups(relation);
  } else {
    forget_all();
  }
}

const Entry* find(Oid toast) {
  if (cache == nullptr) return nullptr;
  return static_cast<const Entry*>(hash_search(cache, &toast, HASH_FIND, nullptr));
}

Entry& entry_of(Oid toast) {
  if (cache != nullptr && hash_get_num_entries(cache) >= kMostEntries) forget_all();
  if (cache == nullptr) cache = make_cache();
  bool found;
  auto* entry = static_cast<Entry*>(hash_search(cache, &toast, HASH_ENTER, &found));
  if (!found) *entry = {toast, Known::kNothing, false, false, {}, {}};
  return *entry;
}

}  // namespace

Known known_groups(Oid toast) {
  const Entry* entry = find(toast);
  return entry == nullptr ? Known::kNothing : entry->has_groups;
}

void remember_groups(Oid toast, bool has_groups) {
  entry_of(toast).has_groups = has_groups ? Known::kYes : Known::kNo;
}

bool find_totals(Oid toast, GroupTotals& totals) {
  const Entry* entry = find(toast);
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
  const Entry* entry = find(toast);
  if (entry == nullptr || !entry->has_order) return false;
  order = entry->order;
  return true;
}

void remember_order(Oid toast, const GroupOrder& order) {
  Entry& entry = entry_of(toast);
  entry.order = order;
  entry.has_order = true;
}

void forget_groups(Oid toast) {
  if (cache != nullptr) hash_search(cache, &toast, HASH_REMOVE, nullptr);
}

void install_group_cache() { CacheRegisterRelcacheCallback(on_invalidation, 0); }

}  // namespace varve::columnstore
