#include "extension/catalog/hypertable_cache.h"

#include <unordered_map>

#include "extension/catalog/relations.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <utils/inval.h>
}

namespace varve::catalog {
namespace {

using Entries = std::unordered_map<Oid, std::optional<Hypertable>>;

// On C++'s heap: it must outlive every memory context, and invalidations arrive at any time.
Entries& entries() {
  static Entries* const all = new Entries;
  return *all;
}

// Entries say "not a hypertable" for want of the extension as well, so its arrival and departure
// must empty them; both change the relation cache entries of our own tables.
void forget(Datum, Oid relation) noexcept {
  if (forget_relations(relation)) {
    entries().clear();
  } else {
    entries().erase(relation);
  }
}

const Hypertable* pointer_to(const std::optional<Hypertable>& row) { return row ? &*row : nullptr; }

}  // namespace

const Hypertable* cached_hypertable(Oid relation) {
  if (const auto known = entries().find(relation); known != entries().end()) {
    return pointer_to(known->second);
  }
  // Nothing is accepted between the scan's snapshot and the insertion: what find() saw is current.
  const std::optional<Hypertable> row = HypertableTable::find(relation);
  return pointer_to(entries().insert_or_assign(relation, row).first->second);
}

std::int32_t cached_hypertable_id(Oid relation) {
  return pg::entry([&] {
    const Hypertable* hypertable = cached_hypertable(relation);
    return hypertable != nullptr ? hypertable->id : 0;
  });
}

void invalidate_hypertable(Oid relation) {
  pg::call([&] { CacheInvalidateRelcacheByRelid(relation); });
}

void listen_for_invalidations() { CacheRegisterRelcacheCallback(forget, 0); }

}  // namespace varve::catalog
