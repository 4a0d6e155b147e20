#include "extension/job/procedure.h"

#include <initializer_list>

extern "C" {
#include <access/htup_details.h>
#include <access/xact.h>
#include <catalog/namespace.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_type.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <parser/analyze.h>
#include <parser/parse_func.h>
#include <tcop/dest.h>
#include <tcop/pquery.h>
#include <tcop/tcopprot.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/portal.h>
#include <utils/snapmgr.h>
#include <utils/syscache.h>
}

namespace varve::job {
namespace {

/// What `name` called with these types is, and which.
FuncDetailCode resolve(List* name, std::initializer_list<Oid> types, Oid* proc) {
  Oid given[2];
  int count = 0;
  List* arguments = NIL;
  for (const Oid type : types) given[count++] = type;
  Oid result = InvalidOid;
  bool returns_set = false;
  int variadic_count = 0;
  Oid variadic_type = InvalidOid;
  Oid* declared = nullptr;
  List* defaults = NIL;
  return func_get_detail(name, arguments, NIL, count, given, true, true, true, proc, &result,
                         &returns_set, &variadic_count, &variadic_type, &declared, &defaults);
}

bool can_call(Oid proc, std::initializer_list<Oid> types) {
  const char* name = get_func_name(proc);
  if (name == nullptr) return false;
  List* qualified = list_make2(makeString(get_namespace_name(get_func_namespace(proc))),
                               makeString(pstrdup(name)));
  Oid found = InvalidOid;
  const FuncDetailCode code = resolve(qualified, types, &found);
  return code == FUNCDETAIL_NORMAL || code == FUNCDETAIL_PROCEDURE;
}

}  // namespace

bool takes_job(Oid proc) { return can_call(proc, {INT4OID, JSONBOID}); }
bool takes_config(Oid proc) { return can_call(proc, {JSONBOID}); }

const char* call_statement(const Job& job) {
  List* name = list_make2(makeString(pstrdup(job.proc_schema)), makeString(pstrdup(job.proc_name)));
  Oid proc = InvalidOid;
  const FuncDetailCode code = resolve(name, {INT4OID, JSONBOID}, &proc);
  const char* quoted = quote_qualified_identifier(job.proc_schema, job.proc_name);
  if (code != FUNCDETAIL_NORMAL && code != FUNCDETAIL_PROCEDURE) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
                    errmsg("procedure %s(integer, jsonb) of job %d does not exist", quoted, job.id),
                    errhint("Delete the job, or create the procedure again.")));
  }
  return psprintf("%s %s(%d, %s::pg_catalog.jsonb)",
                  code == FUNCDETAIL_PROCEDURE ? "CALL" : "SELECT", quoted, job.id,
                  job.config == nullptr ? "NULL" : quote_literal_cstr(job.config));
}

void execute_statement(const char* statement) {
  // Trees and plan outlive the transactions that the statement may end.
  const MemoryContext memory =
      AllocSetContextCreate(TopMemoryContext, "job statement", ALLOCSET_DEFAULT_SIZES);
  const MemoryContext caller = MemoryContextSwitchTo(memory);
  auto* raw = linitial_node(RawStmt, pg_parse_query(statement));
  PushActiveSnapshot(GetTransactionSnapshot());
  List* queries = pg_analyze_and_rewrite_fixedparams(raw, statement, nullptr, 0, nullptr);
  List* plans = pg_plan_queries(queries, statement, 0, nullptr);
  PopActiveSnapshot();
  Portal portal = CreatePortal("", true, true);
  portal->visible = false;
  PortalDefineQuery(portal, nullptr, statement, CreateCommandTag(raw->stmt), plans, nullptr);
  PortalStart(portal, nullptr, 0, InvalidSnapshot);
  MemoryContextSwitchTo(caller);
  DestReceiver* nowhere = CreateDestReceiver(DestNone);
  QueryCompletion completion;
  PortalRun(portal, FETCH_ALL, true, true, nowhere, nowhere, &completion);
  PortalDrop(portal, false);
  MemoryContextDelete(memory);
}

void check_config(Oid check, Datum config, bool is_null) {
  const char* name = quote_qualified_identifier(get_namespace_name(get_func_namespace(check)),
                                                get_func_name(check));
  const bool is_procedure = get_func_prokind(check) == PROKIND_PROCEDURE;
  Oid type = JSONBOID;
  const char nulls = is_null ? 'n' : ' ';
  SPI_connect();
  SPI_execute_with_args(psprintf("%s %s($1)", is_procedure ? "CALL" : "SELECT", name), 1, &type,
                        &config, &nulls, false, 0);
  SPI_finish();
}

}  // namespace varve::job
