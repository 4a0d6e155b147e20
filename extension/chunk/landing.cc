// receive_replication() and the trigger behind it.
#include "extension/chunk/landing.h"

#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/ownership.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/namespace.h>
#include <catalog/partition.h>
#include <catalog/pg_authid.h>
#include <catalog/pg_class.h>
#include <catalog/pg_trigger.h>
#include <commands/defrem.h>
#include <commands/tablecmds.h>
#include <commands/trigger.h>
#include <executor/spi.h>
#include <lib/stringinfo.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
}

namespace varve::chunk {

void invalidate_landing(Oid parent) {
  const Oid landing = get_default_partition_oid(parent);
  if (OidIsValid(landing)) CacheInvalidateRelcacheByRelid(landing);
}

namespace {

RangeVar* named(Oid relation) {
  return makeRangeVar(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation), -1);
}

CreateStmt* definition_of(const catalog::Hypertable& hypertable) {
  CreateStmt* definition = makeNode(CreateStmt);
  definition->relation =
      makeRangeVar(pstrdup(NameStr(hypertable.chunk_schema)),
                   makeObjectName(NameStr(hypertable.chunk_prefix), nullptr, "landing"), -1);
  definition->inhRelations = list_make1(named(hypertable.relation));
  definition->partbound = makeNode(PartitionBoundSpec);
  definition->partbound->strategy = PARTITION_STRATEGY_RANGE;
  definition->partbound->is_default = true;
  definition->partbound->location = -1;
  definition->oncommit = ONCOMMIT_NOOP;
  return definition;
}

CreateTrigStmt* trigger_of(Oid relation, const char* name, const char* function) {
  CreateTrigStmt* definition = makeNode(CreateTrigStmt);
  definition->trigname = pstrdup(name);
  definition->relation = named(relation);
  definition->funcname =
      list_make2(makeString(pstrdup("varve_catalog")), makeString(pstrdup(function)));
  return definition;
}

void create_trigger(CreateTrigStmt* definition, Oid relation, char fires_when) {
  CreateTriggerFiringOn(definition, nullptr, relation, InvalidOid, InvalidOid, InvalidOid,
                        InvalidOid, InvalidOid, nullptr, false, false, fires_when);
  CommandCounterIncrement();
}

/// Before triggers of the user's, which will fire where the row goes; and for the workers of
/// replication as for everybody.
void place_rows_of(Oid landing) {
  CreateTrigStmt* definition = trigger_of(landing, "0_place_row", "place_row");
  definition->row = true;
  definition->timing = TRIGGER_TYPE_BEFORE;
  definition->events = TRIGGER_TYPE_INSERT;
  create_trigger(definition, landing, TRIGGER_FIRES_ALWAYS);
}

struct ChangeTrigger {
  const char* name;
  bool row;
  std::int16_t events;
};
constexpr ChangeTrigger kChangeTriggers[] = {
    {"varve_replicated_row", true, TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE},
    {"varve_replicated_truncate", false, TRIGGER_TYPE_TRUNCATE},
};

/// For the workers alone: statements have told the aggregates of the hypertable themselves.
void note_changes(Oid hypertable, const ChangeTrigger& trigger) {
  CreateTrigStmt* definition = trigger_of(hypertable, trigger.name, "replicated_change");
  definition->row = trigger.row;
  definition->timing = TRIGGER_TYPE_AFTER;
  definition->events = trigger.events;
  create_trigger(definition, hypertable, TRIGGER_FIRES_ON_REPLICA);
}

/// In the extension's schema only we create; in one of the user's own the user must have the right.
void create_landing(const catalog::Hypertable& hypertable) {
  Oid user = InvalidOid;
  int context = 0;
  GetUserIdAndSecContext(&user, &context);
  const bool is_ours =
      namestrcmp(const_cast<Name>(&hypertable.chunk_schema), "_timescaledb_internal") == 0;
  SetUserIdAndSecContext(is_ours ? BOOTSTRAP_SUPERUSERID : user,
                         context | SECURITY_LOCAL_USERID_CHANGE);
  const Oid landing = DefineRelation(definition_of(hypertable), RELKIND_RELATION,
                                     catalog::owner_of(hypertable.relation), nullptr, nullptr)
                          .objectId;
  CommandCounterIncrement();
  place_rows_of(landing);
  SetUserIdAndSecContext(user, context);
}

void drop(Oid catalog, Oid object) {
  if (!OidIsValid(object)) return;
  ObjectAddress address;
  ObjectAddressSet(address, catalog, object);
  performDeletion(&address, DROP_RESTRICT, 0);
}

void receive(const catalog::Hypertable& hypertable, bool enable) {
  const Oid relation = hypertable.relation;
  const Oid landing = get_default_partition_oid(relation);
  if (!enable) drop(RelationRelationId, landing);
  if (enable && !OidIsValid(landing)) create_landing(hypertable);
  for (const ChangeTrigger& trigger : kChangeTriggers) {
    const Oid known = get_trigger_oid(relation, trigger.name, true);
    if (!enable) drop(TriggerRelationId, known);
    if (enable && !OidIsValid(known)) note_changes(relation, trigger);
  }
}

Datum receive_replication(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, PG_ARGISNULL(0)
                                                            ? "hypertable must not be null"
                                                            : "\"enable\" must not be null");
  }
  const Oid relation = PG_GETARG_OID(0);
  const bool enable = PG_GETARG_BOOL(1);
  pg::call([] { PreventCommandIfReadOnly("receive_replication()"); });
  catalog::require_own_hypertable(relation);
  pg::call([&] { LockRelationOid(relation, AccessExclusiveLock); });
  const auto row = catalog::require_own_hypertable(relation);
  pg::call([&] { receive(row, enable); });
  PG_RETURN_VOID();
}

/// INSERT INTO parent (columns) ... VALUES ($1, ...), of the columns that take a value.
struct Placement {
  SPIPlanPtr plan;
  int count;
  AttrNumber columns[MaxTupleAttributeNumber];
  MemoryContextCallback callback;
};

void free_plan(void* placement) { SPI_freeplan(static_cast<Placement*>(placement)->plan); }

Placement* prepare(Relation landing, MemoryContext memory) {
  auto* placement = static_cast<Placement*>(MemoryContextAllocZero(memory, sizeof(Placement)));
  const TupleDesc columns = RelationGetDescr(landing);
  Oid* types = static_cast<Oid*>(palloc(columns->natts * sizeof(Oid)));
  StringInfoData names;
  StringInfoData values;
  initStringInfo(&names);
  initStringInfo(&values);
  for (int i = 0; i < columns->natts; ++i) {
    const FormData_pg_attribute& column = *TupleDescAttr(columns, i);
    if (column.attisdropped || column.attgenerated != 0) continue;
    types[placement->count] = column.atttypid;
    placement->columns[placement->count++] = column.attnum;
    const char* comma = placement->count > 1 ? ", " : "";
    appendStringInfo(&names, "%s%s", comma, quote_identifier(NameStr(column.attname)));
    appendStringInfo(&values, "%s$%d", comma, placement->count);
  }
  const Oid parent = get_partition_parent(RelationGetRelid(landing), false);
  const char* statement =
      psprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)",
               quote_qualified_identifier(get_namespace_name(get_rel_namespace(parent)),
                                          get_rel_name(parent)),
               names.data, values.data);
  placement->plan = SPI_prepare(statement, placement->count, types);
  if (placement->plan == nullptr) elog(ERROR, "SPI_prepare failed for \"%s\"", statement);
  SPI_keepplan(placement->plan);
  placement->callback.func = free_plan;
  placement->callback.arg = placement;
  MemoryContextRegisterResetCallback(memory, &placement->callback);
  return placement;
}

void place(FmgrInfo& function, const TriggerData& trigger) {
  SPI_connect();
  if (function.fn_extra == nullptr) {
    function.fn_extra = prepare(trigger.tg_relation, function.fn_mcxt);
  }
  const auto* placement = static_cast<const Placement*>(function.fn_extra);
  auto* values = static_cast<Datum*>(palloc(placement->count * sizeof(Datum)));
  char* nulls = static_cast<char*>(palloc(placement->count));
  for (int i = 0; i < placement->count; ++i) {
    bool is_null = false;
    values[i] = slot_getattr(trigger.tg_trigslot, placement->columns[i], &is_null);
    nulls[i] = is_null ? 'n' : ' ';
  }
  const int result = SPI_execute_plan(placement->plan, values, nulls, false, 0);
  if (result != SPI_OK_INSERT)
    elog(ERROR, "row was not placed: %s", SPI_result_code_string(result));
  SPI_finish();
}

Datum place_row(FunctionCallInfo fcinfo) {
  const auto* trigger = reinterpret_cast<const TriggerData*>(fcinfo->context);
  if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
      !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_INSERT(trigger->tg_event)) {
    throw pg::SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, "not called as a trigger");
  }
  pg::call([&] { place(*fcinfo->flinfo, *trigger); });
  return PointerGetDatum(nullptr);  // not here
}

}  // namespace
}  // namespace varve::chunk

// receive_replication(relation regclass, enable boolean) returns void
VARVE_SQL_FUNCTION(varve_receive_replication) { return varve::chunk::receive_replication(fcinfo); }

// place_row() returns trigger
VARVE_SQL_FUNCTION(varve_place_row) { return varve::chunk::place_row(fcinfo); }
