// varve_catalog.replicated_change() returns trigger
//
// AFTER each row that a worker of logical replication writes into a hypertable that receives
// replication (chunk/landing.h), and AFTER it truncates it: workers write past the planner, which
// has everybody else's statements call changed(), and past the hook that sees a TRUNCATE. The
// trigger fires for workers alone.
#include "extension/catalog/hypertable_cache.h"
#include "extension/chunk/coordinate.h"
#include "extension/continuous_aggregate/changes.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <commands/trigger.h>
#include <executor/tuptable.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::continuous_aggregate {
namespace {

void add(Changes& changes, TupleTableSlot* row, AttrNumber column) {
  bool is_null = false;
  const Datum value = pg::call([&] { return slot_getattr(row, column, &is_null); });
  if (!is_null) changes.add(chunk::coordinate_of(value, changes.source().type));
}

void note_row(const TriggerData& trigger) {
  const Oid chunk = RelationGetRelid(trigger.tg_relation);
  const Source* source = find_source(chunk);
  if (source == nullptr) return;  // no aggregate by now
  const Oid relation = source->relation;
  Changes& changes = row_changes_of(*source);
  const NameData& name = catalog::cached_hypertable(relation)->column;
  const AttrNumber column = pg::call([&] { return get_attnum(chunk, NameStr(name)); });
  // Of an UPDATE, the slot of the trigger is the old row.
  add(changes, trigger.tg_trigslot, column);
  if (TRIGGER_FIRED_BY_UPDATE(trigger.tg_event)) add(changes, trigger.tg_newslot, column);
}

void note(const TriggerData& trigger) {
  if (TRIGGER_FIRED_BY_TRUNCATE(trigger.tg_event)) {
    const Source* source = find_source(RelationGetRelid(trigger.tg_relation));
    if (source != nullptr) changes_of(*source).add_everything();
  } else {
    note_row(trigger);
  }
}

}  // namespace
}  // namespace varve::continuous_aggregate

VARVE_SQL_FUNCTION(varve_replicated_change) {
  const auto* trigger = reinterpret_cast<const TriggerData*>(fcinfo->context);
  if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) ||
      !(TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))) {
    throw varve::pg::SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, "not called as a trigger");
  }
  varve::continuous_aggregate::note(*trigger);
  return PointerGetDatum(nullptr);
}
