#include "extension/dml/copy_check.h"

#include "extension/pg/executor.h"
extern "C" {
#include <access/sysattr.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_authid.h>
#include <commands/copy.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <optimizer/optimizer.h>
#include <optimizer/prep.h>
#include <parser/parse_coerce.h>
#include <parser/parse_collate.h>
#include <parser/parse_expr.h>
#include <parser/parse_relation.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/rls.h>
}

namespace varve::dml {
namespace {

Node* condition_of(ParseState& state, ParseNamespaceItem* item, const CopyStmt& statement) {
  if (statement.whereClause == nullptr) return nullptr;
  addNSItemToQuery(&state, item, false, true, true);
  Node* where = transformExpr(&state, static_cast<Node*>(copyObject(statement.whereClause)),
                              EXPR_KIND_COPY_WHERE);
  where = coerce_to_boolean(&state, where, "WHERE");
  assign_expr_collations(&state, where);
  where = eval_const_expressions(nullptr, where);
  where = reinterpret_cast<Node*>(canonicalize_qual(reinterpret_cast<Expr*>(where), false));
  return reinterpret_cast<Node*>(make_ands_implicit(reinterpret_cast<Expr*>(where)));
}

void check_privileges(const ParseState& state, const ParseNamespaceItem& item, Relation target,
                      const CopyStmt& statement) {
  const pg::Permissions permissions(item);
  permissions.asked->requiredPerms = ACL_INSERT;
  ListCell* cell;
  foreach (cell, CopyGetAttnums(RelationGetDescr(target), target, statement.attlist)) {
    permissions.asked->insertedCols = bms_add_member(
        permissions.asked->insertedCols, lfirst_int(cell) - FirstLowInvalidHeapAttributeNumber);
  }
  pg::Permissions::check(state);
}

}  // namespace

void check_file_privileges(const CopyStmt& statement) {
  if (statement.filename == nullptr) return;
  const Oid role =
      statement.is_program ? ROLE_PG_EXECUTE_SERVER_PROGRAM : ROLE_PG_READ_SERVER_FILES;
  if (has_privs_of_role(GetUserId(), role)) return;
  const char* message =
      statement.is_program ? "must be superuser or have privileges of the "
                             "pg_execute_server_program role to COPY to or from an external program"
                           : "must be superuser or have privileges of the "
                             "pg_read_server_files role to COPY from a file";
  ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("%s", message),
                  errhint("Anyone can COPY to stdout or from stdin. "
                          "psql's \\copy command also works for anyone.")));
}

Relation open_target(ParseState& state, const CopyStmt& statement, Node** where) {
  Relation target = table_openrv(statement.relation, RowExclusiveLock);
  ParseNamespaceItem* item =
      addRangeTableEntryForRelation(&state, target, RowExclusiveLock, nullptr, false, false);
  *where = condition_of(state, item, statement);
  check_privileges(state, *item, target, statement);
  if (check_enable_rls(RelationGetRelid(target), InvalidOid, false) == RLS_ENABLED) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("COPY FROM not supported with row-level security"),
                    errhint("Use INSERT statements instead.")));
  }
  PreventCommandIfReadOnly("COPY FROM");
  return target;
}

}  // namespace varve::dml
