#include "extension/continuous_aggregate/sql.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/relation.h>
#include <catalog/pg_authid.h>
#include <executor/spi.h>
#include <lib/stringinfo.h>
#include <miscadmin.h>
#include <utils/builtins.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::continuous_aggregate {

int restrict_search_path() {
  const int level = NewGUCNestLevel();
  (void)set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
                          GUC_ACTION_SAVE, true, 0, false);
  return level;
}

int begin_as(Oid user, Oid& caller, int& context) {
  GetUserIdAndSecContext(&caller, &context);
  // An owner who is bound by policies (FORCE ROW LEVEL SECURITY) is not while results are computed,
  // which those policies will be applied to.
  SetUserIdAndSecContext(user, context | SECURITY_LOCAL_USERID_CHANGE |
                                   SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
  return restrict_search_path();
}

void end_as(Oid caller, int context, int level) {
  AtEOXact_GUC(false, level);
  SetUserIdAndSecContext(caller, context);
}

void execute_as(Oid user, const char* statement, bool read_only) {
  int result = 0;
  run_as(user, [&] { result = SPI_execute(statement, read_only, 0); });
  if (result < 0) {
    elog(ERROR, "\"%s\" failed: %s", statement, SPI_result_code_string(result));
  }
}

void execute(const char* statement, bool read_only) {
  execute_as(BOOTSTRAP_SUPERUSERID, statement, read_only);
}

std::int64_t number_or(std::int64_t otherwise) {
  if (SPI_processed == 0) return otherwise;
  bool is_null = true;
  const Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
  return is_null ? otherwise : DatumGetInt64(value);
}

Ranges read_ranges() {
  Ranges ranges;
  for (uint64 i = 0; i < SPI_processed; ++i) {
    bool is_null = false;
    HeapTuple tuple = SPI_tuptable->vals[i];
    const Datum begin = SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &is_null);
    const Datum end = SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &is_null);
    ranges.push_back({DatumGetInt64(begin), DatumGetInt64(end)});
  }
  return ranges;
}

const char* qualified_name(Oid relation) {
  return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)),
                                    get_rel_name(relation));
}

const char* quoted_column(Oid relation, AttrNumber column) {
  return quote_identifier(get_attname(relation, column, false));
}

const char* column_list(Oid relation) {
  StringInfoData list;
  initStringInfo(&list);
  Relation table = relation_open(relation, AccessShareLock);
  for (int i = 0; i < RelationGetDescr(table)->natts; ++i) {
    const FormData_pg_attribute& attribute = *TupleDescAttr(RelationGetDescr(table), i);
    if (attribute.attisdropped) continue;
    appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
                     quote_identifier(NameStr(attribute.attname)));
  }
  relation_close(table, NoLock);
  return list.data;
}

}  // namespace varve::continuous_aggregate
