#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/hsearch.h>
#include <utils/memutils.h>
}

namespace varve::pg {

/// What a backend remembers by an OID, the first member of Entry. It starts anew when it is full,
/// so `most` should be more than one statement uses. References hold until the next call. C API.
template <class Entry>
class OidCache {
 public:
  constexpr OidCache(const char* name, long most) : name_(name), most_(most) {}

  Entry* find(Oid key) const {
    if (table_ == nullptr) return nullptr;
    return static_cast<Entry*>(hash_search(table_, &key, HASH_FIND, nullptr));
  }
  /// The entry of a key; a new one is equal to `initial`, which has the key.
  Entry& enter(Oid key, const Entry& initial) {
    if (table_ != nullptr && hash_get_num_entries(table_) >= most_) forget_all();
    if (table_ == nullptr) make();
    bool found;
    auto* entry = static_cast<Entry*>(hash_search(table_, &key, HASH_ENTER, &found));
    if (!found) *entry = initial;
    return *entry;
  }
  void forget(Oid key) {
    if (table_ != nullptr) hash_search(table_, &key, HASH_REMOVE, nullptr);
  }
  void forget_all() {
    if (table_ != nullptr) hash_destroy(table_);
    table_ = nullptr;
  }
  template <class Condition>
  void forget_where(Condition&& condition) {
    if (table_ == nullptr) return;
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, table_);
    while (auto* entry = static_cast<Entry*>(hash_seq_search(&scan))) {
      if (condition(*entry)) hash_search(table_, entry, HASH_REMOVE, nullptr);
    }
  }
  /// What an invalidation of the relation cache says: InvalidOid stands for all.
  void invalidate(Oid key) { OidIsValid(key) ? forget(key) : forget_all(); }

 private:
  void make() {
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Entry);
    control.hcxt = TopMemoryContext;
    table_ = hash_create(name_, 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
  }

  const char* name_;
  long most_;
  HTAB* table_ = nullptr;
};

}  // namespace varve::pg
