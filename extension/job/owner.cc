#include "extension/job/owner.h"

#include "extension/ddl/dispatch.h"
#include "extension/job/at_commit.h"
#include "extension/job/catalog_sql.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/objectaccess.h>
#include <catalog/pg_authid.h>
#include <catalog/pg_class.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
}

namespace varve::job {
namespace {

object_access_hook_type previous_hook = nullptr;

/// Deletes the jobs that `condition` on $1 names.
void delete_jobs(const char* condition, Oid object) {
  as_catalog_owner([&] {
    const std::uint64_t count = execute(
        psprintf("WITH gone AS (DELETE FROM varve_catalog.job WHERE %s RETURNING id), "
                 "stat AS (DELETE FROM varve_catalog.job_stat USING gone WHERE job_id = gone.id) "
                 "SELECT id FROM gone",
                 condition),
        {{OIDOID, ObjectIdGetDatum(object)}});
    for (std::uint64_t i = 0; i < count; ++i) cancel_at_commit(DatumGetInt32(column(i, 1)));
  });
}

void forbid_drop_of_owner(Oid role) {
  const std::uint64_t count = as_catalog_owner([&] {
    return execute("SELECT FROM varve_catalog.job WHERE owner = $1::oid LIMIT 1",
                   {{OIDOID, ObjectIdGetDatum(role)}});
  });
  if (count == 0) return;
  const char* name = GetUserNameFromId(role, true);
  ereport(ERROR,
          (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
           errmsg("role \"%s\" cannot be dropped because it owns jobs", name),
           errhint("REASSIGN OWNED or DROP OWNED gives them to another role, or deletes them.")));
}

/// Tables and views can have policies.
bool may_have_policy(Oid relation) {
  const char kind = get_rel_relkind(relation);
  return kind == RELKIND_PARTITIONED_TABLE || kind == RELKIND_VIEW;
}

void on_object_access(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void* arg) {
  if (previous_hook != nullptr) previous_hook(access, class_id, object_id, sub_id, arg);
  if (access != OAT_DROP || sub_id != 0) return;
  if (class_id != RelationRelationId && class_id != AuthIdRelationId) return;
  if (!jobs_exist()) return;
  if (class_id == AuthIdRelationId) {
    forbid_drop_of_owner(object_id);
  } else if (may_have_policy(object_id)) {
    delete_jobs("relation = $1::oid", object_id);
  }
}

void on_drop_owned(ddl::Utility& utility) {
  utility.proceed();
  if (!jobs_exist()) return;
  const auto* statement = reinterpret_cast<const DropOwnedStmt*>(utility.statement());
  ListCell* cell;
  foreach (cell, statement->roles) {
    delete_jobs("owner = $1::oid", get_rolespec_oid(lfirst_node(RoleSpec, cell), false));
  }
}

void on_reassign_owned(ddl::Utility& utility) {
  utility.proceed();
  if (!jobs_exist()) return;
  const auto* statement = reinterpret_cast<const ReassignOwnedStmt*>(utility.statement());
  const Oid heir = get_rolespec_oid(statement->newrole, false);
  ListCell* cell;
  foreach (cell, statement->roles) {
    const Oid role = get_rolespec_oid(lfirst_node(RoleSpec, cell), false);
    as_catalog_owner([&] {
      execute("UPDATE varve_catalog.job SET owner = $2::oid WHERE owner = $1::oid",
              {{OIDOID, ObjectIdGetDatum(role)}, {OIDOID, ObjectIdGetDatum(heir)}});
    });
  }
  wake_at_commit();
}

}  // namespace

void install_owner() {
  previous_hook = object_access_hook;
  object_access_hook = on_object_access;
  ddl::on_statement(T_DropOwnedStmt, on_drop_owned);
  ddl::on_statement(T_ReassignOwnedStmt, on_reassign_owned);
}

}  // namespace varve::job
