// attach_tablespace() and what goes with it: where new chunks of a hypertable go, in turn.
#include <string>

#include "extension/catalog/hypertable_table.h"
#include "extension/hypertable/own_hypertable.h"

#include "extension/pg/boundary.h"
#include "extension/pg/set_returning.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <catalog/pg_tablespace.h>
#include <commands/tablespace.h>
#include <miscadmin.h>
#include <storage/lmgr.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::hypertable {
namespace {

using catalog::HypertableTable;

std::string quoted(const NameData& name) { return "\"" + std::string(NameStr(name)) + "\""; }

bool is_same(const NameData& a, const NameData& b) { return strcmp(NameStr(a), NameStr(b)) == 0; }

void require_not_null(FunctionCallInfo fcinfo, int position, const char* name) {
  if (!PG_ARGISNULL(position)) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, std::string(name) + " must not be null");
}

bool flag(FunctionCallInfo fcinfo, int position) {
  return !PG_ARGISNULL(position) && PG_GETARG_BOOL(position);
}

/// The hypertable, the user's own, locked against others who change what is attached to it.
catalog::Hypertable lock_own_hypertable(Oid relation) {
  require_own_hypertable(relation);
  pg::call([&] { LockRelationOid(relation, ShareUpdateExclusiveLock); });
  return require_own_hypertable(relation);
}

/// Chunks are made in the owner's name.
void require_usable(const NameData& tablespace) {
  pg::call([&] {
    const Oid oid = get_tablespace_oid(NameStr(tablespace), false);
    if (oid == GLOBALTABLESPACE_OID) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("only shared relations can be placed in tablespace pg_global")));
    }
    if (oid == MyDatabaseTableSpace) return;
    const AclResult right = pg_tablespace_aclcheck(oid, GetUserId(), ACL_CREATE);
    if (right != ACLCHECK_OK) aclcheck_error(right, OBJECT_TABLESPACE, NameStr(tablespace));
  });
}

/// Throws, or only says so where that is welcome.
void complain(int sqlstate, const std::string& message, bool is_welcome) {
  if (!is_welcome) throw pg::SqlError(sqlstate, message);
  pg::call([&] { ereport(NOTICE, (errmsg("%s, skipping", message.c_str()))); });
}

void attach(const catalog::Hypertable& hypertable, const NameData& tablespace,
            bool if_not_attached) {
  const auto attached = HypertableTable::tablespaces(hypertable.id);
  for (std::size_t i = 0; i < attached.count; ++i) {
    if (!is_same(attached.names[i], tablespace)) continue;
    return complain(pg::kTablespaceAttached,
                    "tablespace " + quoted(tablespace) + " is attached to the hypertable already",
                    if_not_attached);
  }
  auto* names = static_cast<NameData*>(
      pg::call([&] { return palloc((attached.count + 1) * sizeof(NameData)); }));
  for (std::size_t i = 0; i < attached.count; ++i) names[i] = attached.names[i];
  names[attached.count] = tablespace;
  HypertableTable::set_tablespaces(hypertable.id, names, attached.count + 1);
}

/// Whether it was attached.
bool detach(const catalog::Hypertable& hypertable, const NameData& tablespace) {
  const auto attached = HypertableTable::tablespaces(hypertable.id);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < attached.count; ++i) {
    if (!is_same(attached.names[i], tablespace)) attached.names[kept++] = attached.names[i];
  }
  if (kept == attached.count) return false;
  HypertableTable::set_tablespaces(hypertable.id, attached.names, kept);
  return true;
}

/// From all hypertables that the user owns.
int detach_everywhere(const NameData& tablespace) {
  const auto all = HypertableTable::all();
  int count = 0;
  for (std::size_t i = 0; i < all.count; ++i) {
    const Oid relation = all.rows[i].relation;
    if (!pg::call([&] { return pg_class_ownercheck(relation, GetUserId()); })) continue;
    if (detach(lock_own_hypertable(relation), tablespace)) ++count;
  }
  return count;
}

Datum detach_tablespace(FunctionCallInfo fcinfo) {
  require_not_null(fcinfo, 0, "tablespace");
  pg::call([] { PreventCommandIfReadOnly("detach_tablespace()"); });
  const NameData& tablespace = *PG_GETARG_NAME(0);
  const int count =
      PG_ARGISNULL(1) ? detach_everywhere(tablespace)
                      : static_cast<int>(detach(lock_own_hypertable(PG_GETARG_OID(1)), tablespace));
  if (count == 0) {
    complain(pg::kTablespaceNotAttached,
             "tablespace " + quoted(tablespace) + " is attached to no such hypertable",
             flag(fcinfo, 2));
  }
  PG_RETURN_INT32(count);
}

pg::Datums show(FunctionCallInfo fcinfo) {
  require_not_null(fcinfo, 0, "hypertable");
  const Oid relation = PG_GETARG_OID(0);
  const auto row = HypertableTable::find(relation);
  if (!row) {
    const char* name = pg::call([&] { return get_rel_name(relation); });
    throw pg::SqlError(
        pg::kHypertableNotExist,
        "table \"" + std::string(name != nullptr ? name : "") + "\" is not a hypertable");
  }
  const auto attached = HypertableTable::tablespaces(row->id);
  auto* names =
      static_cast<Datum*>(pg::call([&] { return palloc((attached.count + 1) * sizeof(Datum)); }));
  for (std::size_t i = 0; i < attached.count; ++i) names[i] = NameGetDatum(&attached.names[i]);
  return {names, attached.count};
}

}  // namespace
}  // namespace varve::hypertable

// attach_tablespace(tablespace name, hypertable regclass, if_not_attached boolean) returns void
VARVE_SQL_FUNCTION(varve_attach_tablespace) {
  using namespace varve::hypertable;
  require_not_null(fcinfo, 0, "tablespace");
  require_not_null(fcinfo, 1, "hypertable");
  varve::pg::call([] { PreventCommandIfReadOnly("attach_tablespace()"); });
  const auto hypertable = lock_own_hypertable(PG_GETARG_OID(1));
  require_usable(*PG_GETARG_NAME(0));
  attach(hypertable, *PG_GETARG_NAME(0), flag(fcinfo, 2));
  PG_RETURN_VOID();
}

// detach_tablespace(tablespace name, hypertable regclass, if_attached boolean) returns integer
VARVE_SQL_FUNCTION(varve_detach_tablespace) { return varve::hypertable::detach_tablespace(fcinfo); }

// detach_tablespaces(hypertable regclass) returns integer
VARVE_SQL_FUNCTION(varve_detach_tablespaces) {
  using namespace varve::hypertable;
  require_not_null(fcinfo, 0, "hypertable");
  varve::pg::call([] { PreventCommandIfReadOnly("detach_tablespaces()"); });
  const auto hypertable = lock_own_hypertable(PG_GETARG_OID(0));
  const auto attached = HypertableTable::tablespaces(hypertable.id);
  if (attached.count > 0) HypertableTable::set_tablespaces(hypertable.id, nullptr, 0);
  PG_RETURN_INT32(static_cast<int>(attached.count));
}

// show_tablespaces(hypertable regclass) returns setof name
VARVE_SQL_FUNCTION(varve_show_tablespaces) {
  return varve::pg::return_each(fcinfo, [&] { return varve::hypertable::show(fcinfo); });
}
