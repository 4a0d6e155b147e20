#include "extension/ddl/tablespace.h"

#include "extension/catalog/hypertable_table.h"
#include "extension/catalog/tablespace_table.h"
#include "extension/ddl/dispatch.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <nodes/parsenodes.h>
#include <utils/lsyscache.h>
}

namespace varve::ddl {
namespace {

void drop_tablespace(Utility& utility) {
  const auto* statement = castNode(DropTableSpaceStmt, utility.statement());
  const List* ids = catalog::TablespaceTable::hypertables_of(statement->tablespacename);
  if (ids == NIL) return utility.proceed();
  const int id = linitial_int(ids);
  const Oid relation = pg::entry([&] {
    const auto row = catalog::HypertableTable::find_by_id(id);
    return row ? row->relation : InvalidOid;
  });
  ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
                  errmsg("tablespace \"%s\" is attached to hypertable \"%s\"",
                         statement->tablespacename, get_rel_name(relation)),
                  errhint("Use detach_tablespace() first.")));
}

void rename(Utility& utility) {
  const auto* statement = castNode(RenameStmt, utility.statement());
  if (statement->renameType != OBJECT_TABLESPACE) return utility.proceed();
  const char* from = pstrdup(statement->subname);
  const char* to = pstrdup(statement->newname);
  utility.proceed();
  catalog::TablespaceTable::rename(from, to);
}

}  // namespace

void install_tablespace() {
  on_statement(T_DropTableSpaceStmt, drop_tablespace);
  on_statement(T_RenameStmt, rename);
}

}  // namespace varve::ddl
