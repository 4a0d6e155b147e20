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
  bool has_groups;
};

constexpr long kMostEntries = 4096;  // enough for what is in use; then it starts anew

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

}  // namespace

Known known_groups(Oid toast) {
  if (cache == nullptr) return Known::kNothing;
  const auto* entry = static_cast<Entry*>(hash_search(cache, &toast, HASH_FIND, nullptr));
  if (entry == nullptr) return Known::kNothing;
  return entry->has_groups ? Known::kYes : Known::kNo;
}

void remember_groups(Oid toast, bool has_groups) {
  if (cache != nullptr && hash_get_num_entries(cache) >= kMostEntries) forget_all();
  if (cache == nullptr) cache = make_cache();
  auto* entry = static_cast<Entry*>(hash_search(cache, &toast, HASH_ENTER, nullptr));
  entry->has_groups = has_groups;
}

void forget_groups(Oid toast) {
  if (cache != nullptr) hash_search(cache, &toast, HASH_REMOVE, nullptr);
}

void install_group_cache() { CacheRegisterRelcacheCallback(on_invalidation, 0); }

}  // namespace varve::columnstore
