#include "extension/catalog/hypertable_cache.h"

#include <unordered_map>

#include "extension/catalog/relations.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <commands/trigger.h>
#include <executor/spi.h>
#include <utils/inval.h>
#include <utils/rel.h>
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

void listen_once() {
  static bool listening = false;
  if (listening) return;
  pg::call([] { CacheRegisterRelcacheCallback(forget, 0); });
  listening = true;
}

const Hypertable* pointer_to(const std::optional<Hypertable>& row) { return row ? &*row : nullptr; }

}  // namespace

const Hypertable* cached_hypertable(Oid relation) {
  if (const auto known = entries().find(relation); known != entries().end()) {
    return pointer_to(known->second);
  }
  listen_once();
  // Nothing is accepted between the scan's snapshot and the insertion: what find() saw is current.
  const std::optional<Hypertable> row = HypertableTable::find(relation);
  return pointer_to(entries().insert_or_assign(relation, row).first->second);
}

void invalidate_hypertable(Oid relation) {
  pg::call([&] { CacheInvalidateRelcacheByRelid(relation); });
}

}  // namespace varve::catalog

// varve_catalog.hypertable_changed() returns trigger
// pg_restore writes the catalog with COPY, in sessions that may have met the table already.
VARVE_SQL_FUNCTION(varve_hypertable_changed) {
  if (!CALLED_AS_TRIGGER(fcinfo)) {
    throw varve::pg::SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                              "hypertable_changed was not called as a trigger");
  }
  const auto* data = reinterpret_cast<TriggerData*>(fcinfo->context);
  bool is_null;
  const Datum relation = varve::pg::call([&] {
    return SPI_getbinval(data->tg_trigtuple, RelationGetDescr(data->tg_relation), 2, &is_null);
  });
  varve::catalog::invalidate_hypertable(DatumGetObjectId(relation));
  return PointerGetDatum(nullptr);
}
