#include "extension/chunk/frozen.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/namespace.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_trigger.h>
#include <commands/trigger.h>
#include <nodes/makefuncs.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/reltrigger.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

constexpr const char* kRowTrigger = "varve_frozen";
constexpr const char* kTruncateTrigger = "varve_frozen_truncate";

/// The trigger function, or InvalidOid while the extension is being made or dropped.
Oid refusal() {
  const Oid schema = get_namespace_oid("varve_catalog", true);
  if (!OidIsValid(schema)) return InvalidOid;
  return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum("refuse_frozen"),
                         PointerGetDatum(buildoidvector(nullptr, 0)), ObjectIdGetDatum(schema));
}

/// Calls `visit` with each of the triggers; who wants the answer to last has a lock.
template <class Visit>
void for_each_trigger(Oid chunk, Visit&& visit) {
  Relation table = try_table_open(chunk, AccessShareLock);
  if (table == nullptr) return;
  const TriggerDesc* triggers = CopyTriggerDesc(table->trigdesc);
  table_close(table, AccessShareLock);
  const Oid function = triggers != nullptr ? refusal() : InvalidOid;
  for (int i = 0; OidIsValid(function) && i < triggers->numtriggers; ++i) {
    if (triggers->triggers[i].tgfoid == function) visit(triggers->triggers[i]);
  }
}

void add(Oid chunk, const char* name, bool is_row, std::int16_t events) {
  CreateTrigStmt* definition = makeNode(CreateTrigStmt);
  definition->trigname = pstrdup(name);
  definition->row = is_row;
  definition->timing = TRIGGER_TYPE_BEFORE;
  definition->events = events;
  CreateTriggerFiringOn(definition, nullptr, chunk, InvalidOid, InvalidOid, InvalidOid, refusal(),
                        InvalidOid, nullptr, false, false, TRIGGER_FIRES_ALWAYS);
  CommandCounterIncrement();
}

[[noreturn]] void refuse(const char* name, int state, const char* done) {
  ereport(ERROR, (errcode(state), errmsg("chunk \"%s\" is frozen and cannot be %s", name, done),
                  errhint("_timescaledb_functions.unfreeze_chunk() lets it be changed again.")));
  pg_unreachable();
}

}  // namespace

bool is_frozen(Oid chunk) {
  bool found = false;
  for_each_trigger(chunk, [&](const Trigger& trigger) {
    found |= TRIGGER_FOR_ROW(trigger.tgtype) && trigger.tgenabled == TRIGGER_FIRES_ALWAYS;
  });
  return found;
}

void require_not_frozen(Oid chunk, int state, const char* done) {
  if (is_frozen(chunk)) refuse(get_rel_name(chunk), state, done);
}

void freeze(Oid chunk) {
  unfreeze(chunk);  // what is disabled
  add(chunk, kRowTrigger, true, TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE);
  add(chunk, kTruncateTrigger, false, TRIGGER_TYPE_TRUNCATE);
}

void unfreeze(Oid chunk) {
  for_each_trigger(chunk, [&](const Trigger& trigger) {
    ObjectAddress address;
    ObjectAddressSet(address, TriggerRelationId, trigger.tgoid);
    performDeletion(&address, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
    CommandCounterIncrement();
  });
}

}  // namespace varve::chunk

// varve_catalog.refuse_frozen() returns trigger
VARVE_SQL_FUNCTION(varve_refuse_frozen) {
  return varve::pg::call([&]() -> Datum {
    if (!CALLED_AS_TRIGGER(fcinfo)) {
      ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                      errmsg("refuse_frozen() is called by triggers")));
    }
    const auto* data = reinterpret_cast<const TriggerData*>(fcinfo->context);
    varve::chunk::refuse(RelationGetRelationName(data->tg_relation),
                         ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "changed");
  });
}
