#include "extension/ddl/tablespace.h"

#include "extension/catalog/hypertable_table.h"
#include "extension/ddl/dispatch.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <nodes/parsenodes.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::ddl {
namespace {

using catalog::HypertableTable;

/// Calls `visit(hypertable, names, position)` wherever the tablespace is attached.
template <class Visit>
void where_attached(const char* tablespace, Visit&& visit) {
  const auto all = pg::entry([] { return HypertableTable::all(); });
  for (std::size_t i = 0; i < all.count; ++i) {
    const std::int32_t id = all.rows[i].id;
    const auto attached = pg::entry([&] { return HypertableTable::tablespaces(id); });
    for (std::size_t k = 0; k < attached.count; ++k) {
      if (strcmp(NameStr(attached.names[k]), tablespace) == 0) visit(all.rows[i], attached, k);
    }
  }
}

void drop_tablespace(Utility& utility) {
  const char* name = castNode(DropTableSpaceStmt, utility.statement())->tablespacename;
  where_attached(name, [&](const catalog::Hypertable& hypertable, HypertableTable::Names, auto) {
    ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                    errmsg("tablespace \"%s\" is attached to hypertable \"%s\"", name,
                           get_rel_name(hypertable.relation)),
                    errhint("Use detach_tablespace() first.")));
  });
  utility.proceed();
}

void rename(Utility& utility) {
  const auto* statement = castNode(RenameStmt, utility.statement());
  if (statement->renameType != OBJECT_TABLESPACE) return utility.proceed();
  const char* before = pstrdup(statement->subname);
  const char* now = pstrdup(statement->newname);
  utility.proceed();
  where_attached(before, [&](const catalog::Hypertable& hypertable, HypertableTable::Names names,
                             std::size_t position) {
    namestrcpy(&names.names[position], now);
    pg::entry([&] { HypertableTable::set_tablespaces(hypertable.id, names.names, names.count); });
  });
}

}  // namespace

void install_tablespace() {
  on_statement(T_DropTableSpaceStmt, drop_tablespace);
  on_statement(T_RenameStmt, rename);
}

}  // namespace varve::ddl
