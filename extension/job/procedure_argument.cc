#include "extension/job/procedure_argument.h"

#include "extension/job/procedure.h"

extern "C" {
#include <catalog/pg_proc.h>
#include <miscadmin.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
}

namespace varve::job {

void require_callable(Oid proc, bool is_check) {
  const char* name = get_func_name(proc);
  if (name == nullptr) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
                    errmsg("function or procedure with OID %u does not exist", proc)));
  }
  if (pg_proc_aclcheck(proc, GetUserId(), ACL_EXECUTE) != ACLCHECK_OK) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("permission denied for function \"%s\"", name),
                    errhint("The owner of a job must have EXECUTE on what it calls.")));
  }
  if (is_check ? takes_config(proc) : takes_job(proc)) return;
  ereport(ERROR,
          (errcode(ERRCODE_UNDEFINED_FUNCTION),
           is_check ? errmsg("\"%s\" cannot check a configuration", name)
                    : errmsg("\"%s\" cannot be run by a job", name),
           is_check
               ? errdetail("A function (config jsonb) is expected.")
               : errdetail("A procedure or function (job_id integer, config jsonb) is expected.")));
}

}  // namespace varve::job
