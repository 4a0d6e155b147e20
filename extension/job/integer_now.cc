// set_integer_now_func(): policies of tables over integers need to know what now is.
#include <string>

#include "extension/job/catalog_sql.h"
#include "extension/job/policy.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/pg_proc.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>
}

namespace varve::job {
namespace {

void require_function(Oid function) {
  const char* name = pg::call([&] { return get_func_name(function); });
  if (name == nullptr) {
    throw pg::SqlError(ERRCODE_UNDEFINED_FUNCTION,
                       "function with OID " + std::to_string(function) + " does not exist");
  }
  const bool suits = pg::call([&] {
    const Oid type = get_func_rettype(function);
    return get_func_prokind(function) == PROKIND_FUNCTION && get_func_nargs(function) == 0 &&
           func_volatile(function) != PROVOLATILE_VOLATILE &&
           (type == INT2OID || type == INT4OID || type == INT8OID);
  });
  if (!suits) {
    throw pg::SqlError(
        ERRCODE_INVALID_PARAMETER_VALUE,
        "function \"" + std::string(name) + "\" cannot give the present of a hypertable",
        "It must take no arguments, return an integer, and be STABLE or IMMUTABLE.");
  }
  if (pg::call([&] { return pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE); }) !=
      ACLCHECK_OK) {
    throw pg::SqlError(ERRCODE_INSUFFICIENT_PRIVILEGE,
                       "permission denied for function \"" + std::string(name) + "\"");
  }
}

/// False where there is one already, and `replace` does not say otherwise.
bool store(Oid relation, Oid function, bool replace) {
  return pg::call([&] {
    return as_catalog_owner([&] {
      return execute(psprintf(R"(
          INSERT INTO varve_catalog.integer_now AS n VALUES ($1::oid::regclass, $2::name, $3::name)
          ON CONFLICT (relation) DO %s)",
                              replace ? "UPDATE SET proc_schema = excluded.proc_schema, "
                                        "proc_name = excluded.proc_name"
                                      : "NOTHING"),
                     {{OIDOID, ObjectIdGetDatum(relation)},
                      Argument::text(get_namespace_name(get_func_namespace(function))),
                      Argument::text(get_func_name(function))}) > 0;
    });
  });
}

void set_integer_now(FunctionCallInfo fcinfo) {
  pg::call([] { PreventCommandIfReadOnly("set_integer_now_func()"); });
  const Target target = policy_target(fcinfo, 0);
  if (target.is_aggregate || !target.is_integer) {
    throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                       "only a hypertable over integers has a function that gives its present");
  }
  require_function(PG_GETARG_OID(1));
  if (store(target.relation, PG_GETARG_OID(1), PG_GETARG_BOOL(2))) return;
  throw pg::SqlError(ERRCODE_DUPLICATE_OBJECT,
                     "the hypertable has a function that gives its present already", {},
                     "Use replace_if_exists => true.");
}

}  // namespace
}  // namespace varve::job

// set_integer_now_func(hypertable regclass, integer_now_func regproc, replace_if_exists boolean)
//   returns void
VARVE_SQL_FUNCTION(varve_set_integer_now) {
  varve::job::set_integer_now(fcinfo);
  PG_RETURN_VOID();
}
