#include "extension/job/restoring.h"

#include "extension/job/at_commit.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/objectaddress.h>
#include <commands/dbcommands.h>
#include <miscadmin.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/guc.h>
}

namespace varve::job {
namespace {

bool restoring = false;

void stop_jobs(bool stop) {
  PreventCommandIfReadOnly("stop_jobs()");
  if (!pg_database_ownercheck(MyDatabaseId, GetUserId())) {
    aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_DATABASE, get_database_name(MyDatabaseId));
  }
  stop_at_commit(stop);
}

}  // namespace

bool is_restoring() { return restoring; }

void install_restoring() {
  DefineCustomBoolVariable("timescaledb.restoring",
                           "Set for a database: no jobs run in it. timescaledb_pre_restore() and "
                           "timescaledb_post_restore() do so.",
                           nullptr, &restoring, false, PGC_USERSET, 0, nullptr, nullptr, nullptr);
}

}  // namespace varve::job

// stop_jobs(stop boolean) returns void
VARVE_SQL_FUNCTION(varve_stop_jobs) {
  varve::pg::call([fcinfo] { varve::job::stop_jobs(PG_GETARG_BOOL(0)); });
  PG_RETURN_VOID();
}
