// attach_tablespace(), detach_tablespace(), detach_tablespaces(), show_tablespaces().
#include <optional>
#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/tablespace_table.h"

#include "extension/pg/boundary.h"
#include "extension/pg/set_returning.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/htup_details.h>
#include <catalog/pg_class.h>
#include <catalog/pg_tablespace.h>
#include <commands/tablespace.h>
#include <commands/trigger.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/syscache.h>
}

namespace varve::hypertable {
namespace {

using catalog::TablespaceTable;

void require_argument(FunctionCallInfo fcinfo, int index, const char* name) {
  if (!PG_ARGISNULL(index)) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, std::string(name) + " must not be null");
}

std::string quoted(const char* name) { return "\"" + std::string(name) + "\""; }

catalog::Hypertable require_hypertable(FunctionCallInfo fcinfo, int index) {
  require_argument(fcinfo, index, "hypertable");
  const Oid relation = PG_GETARG_OID(index);
  if (const auto row = catalog::HypertableTable::find(relation)) return *row;
  const char* name = pg::call([&] { return get_rel_name(relation); });
  throw pg::SqlError(pg::kHypertableNotExist,
                     "table " + (name != nullptr ? quoted(name) : std::to_string(relation)) +
                         " is not a hypertable");
}

/// The same of the user's own, kept from other changes of its kind.
catalog::Hypertable require_own_hypertable(FunctionCallInfo fcinfo, int index) {
  const catalog::Hypertable row = require_hypertable(fcinfo, index);
  pg::call([&] {
    if (!pg_class_ownercheck(row.relation, GetUserId())) {
      aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(row.relation));
    }
    LockRelationOid(row.relation, ShareUpdateExclusiveLock);
  });
  return row;
}

/// Chunks belong to the owner of the hypertable, who must be allowed to put tables there.
void require_usable(const char* tablespace, Oid hypertable) {
  pg::call([&] {
    const Oid oid = get_tablespace_oid(tablespace, false);
    if (oid == GLOBALTABLESPACE_OID) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("only shared relations can be placed in pg_global tablespace")));
    }
    if (oid == MyDatabaseTableSpace) return;
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(hypertable));
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    const AclResult access = pg_tablespace_aclcheck(oid, owner, ACL_CREATE);
    if (access != ACLCHECK_OK) aclcheck_error(access, OBJECT_TABLESPACE, tablespace);
  });
}

bool is_attached(const catalog::Hypertable& row, const char* tablespace) {
  return pg::call([&] {
    ListCell* cell;
    foreach (cell, TablespaceTable::of_hypertable(row.id)) {
      if (strcmp(static_cast<const char*>(lfirst(cell)), tablespace) == 0) return true;
    }
    return false;
  });
}

std::string said_of(const char* tablespace, const char* what, const char* hypertable) {
  return "tablespace " + quoted(tablespace) + what + quoted(hypertable);
}

/// A notice where the caller said that this is fine, an error otherwise.
void report(bool is_fine, int sqlstate, const std::string& message) {
  if (!is_fine) throw pg::SqlError(sqlstate, message);
  pg::call([&] { ereport(NOTICE, (errmsg("%s, skipping", message.c_str()))); });
}

Datum attach(FunctionCallInfo fcinfo) {
  require_argument(fcinfo, 0, "tablespace");
  const char* tablespace = NameStr(*PG_GETARG_NAME(0));
  const auto row = require_own_hypertable(fcinfo, 1);
  require_usable(tablespace, row.relation);
  if (is_attached(row, tablespace)) {
    report(!PG_ARGISNULL(2) && PG_GETARG_BOOL(2), pg::kTablespaceAttached,
           said_of(tablespace, " is already attached to hypertable ",
                   pg::call([&] { return get_rel_name(row.relation); })));
  } else {
    pg::call([&] { TablespaceTable::insert(row.id, tablespace); });
  }
  PG_RETURN_VOID();
}

int detach_from_all_own(const char* tablespace) {
  return pg::call([&] {
    int count = 0;
    ListCell* cell;
    foreach (cell, TablespaceTable::hypertables_of(tablespace)) {
      const auto row = catalog::HypertableTable::find_by_id(lfirst_int(cell));
      if (!row || !pg_class_ownercheck(row->relation, GetUserId())) continue;
      LockRelationOid(row->relation, ShareUpdateExclusiveLock);
      count += TablespaceTable::remove(lfirst_int(cell), tablespace);
    }
    return count;
  });
}

Datum detach(FunctionCallInfo fcinfo) {
  require_argument(fcinfo, 0, "tablespace");
  const char* tablespace = NameStr(*PG_GETARG_NAME(0));
  if (PG_ARGISNULL(1)) PG_RETURN_INT32(detach_from_all_own(tablespace));
  const auto row = require_own_hypertable(fcinfo, 1);
  const int count = pg::call([&] { return TablespaceTable::remove(row.id, tablespace); });
  if (count == 0) {
    pg::call([&] { (void)get_tablespace_oid(tablespace, false); });
    report(!PG_ARGISNULL(2) && PG_GETARG_BOOL(2), pg::kTablespaceNotAttached,
           said_of(tablespace, " is not attached to hypertable ",
                   pg::call([&] { return get_rel_name(row.relation); })));
  }
  PG_RETURN_INT32(count);
}

pg::Datums names_of(FunctionCallInfo fcinfo) {
  const auto row = require_hypertable(fcinfo, 0);
  return pg::call([&] {
    List* names = TablespaceTable::of_hypertable(row.id);
    auto* all = static_cast<Datum*>(palloc((list_length(names) + 1) * sizeof(Datum)));
    std::size_t count = 0;
    ListCell* cell;
    foreach (cell, names) {
      all[count++] = DirectFunctionCall1(namein, CStringGetDatum(lfirst(cell)));
    }
    return pg::Datums{all, count};
  });
}

}  // namespace
}  // namespace varve::hypertable

// attach_tablespace(tablespace name, hypertable regclass, if_not_attached boolean) returns void
VARVE_SQL_FUNCTION(varve_attach_tablespace) {
  varve::pg::call([] { PreventCommandIfReadOnly("attach_tablespace()"); });
  return varve::hypertable::attach(fcinfo);
}

// detach_tablespace(tablespace name, hypertable regclass, if_attached boolean) returns integer
VARVE_SQL_FUNCTION(varve_detach_tablespace) {
  varve::pg::call([] { PreventCommandIfReadOnly("detach_tablespace()"); });
  return varve::hypertable::detach(fcinfo);
}

// detach_tablespaces(hypertable regclass) returns integer
VARVE_SQL_FUNCTION(varve_detach_tablespaces) {
  varve::pg::call([] { PreventCommandIfReadOnly("detach_tablespaces()"); });
  const auto row = varve::hypertable::require_own_hypertable(fcinfo, 0);
  PG_RETURN_INT32(
      varve::pg::call([&] { return varve::catalog::TablespaceTable::remove(row.id, nullptr); }));
}

// show_tablespaces(hypertable regclass) returns setof name
VARVE_SQL_FUNCTION(varve_show_tablespaces) {
  return varve::pg::return_each(fcinfo, [&] { return varve::hypertable::names_of(fcinfo); });
}

// tablespace_restored() returns trigger: a row that pg_restore copies in is about a hypertable of
// the user's own.
VARVE_SQL_FUNCTION(varve_tablespace_restored) {
  if (!CALLED_AS_TRIGGER(fcinfo)) {
    throw varve::pg::SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, "not called as a trigger");
  }
  const auto& trigger = *reinterpret_cast<const TriggerData*>(fcinfo->context);
  HeapTuple tuple =
      TRIGGER_FIRED_BY_UPDATE(trigger.tg_event) ? trigger.tg_newtuple : trigger.tg_trigtuple;
  const std::int32_t id = varve::pg::call([&] {
    bool is_null = false;
    return DatumGetInt32(heap_getattr(tuple, 1, RelationGetDescr(trigger.tg_relation), &is_null));
  });
  const auto row = varve::catalog::HypertableTable::find_by_id(id);
  varve::pg::call([&] {
    if (!row || !pg_class_ownercheck(row->relation, GetUserId())) {
      ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                      errmsg("hypertable %d is not the user's own", id)));
    }
  });
  return PointerGetDatum(nullptr);
}
