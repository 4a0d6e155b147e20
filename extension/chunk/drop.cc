#include "extension/chunk/drop.h"

#include "extension/chunk/unlink.h"

extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/pg_class.h>
#include <catalog/pg_inherits.h>
#include <commands/tablecmds.h>
#include <utils/rel.h>
}

namespace varve::chunk {
namespace {

void require_unused(Oid part) {
  ListCell* cell;
  foreach (cell, find_all_inheritors(part, AccessExclusiveLock, nullptr)) {
    Relation relation = table_open(lfirst_oid(cell), NoLock);
    CheckTableNotInUse(relation, "DROP TABLE");
    table_close(relation, NoLock);
  }
}

}  // namespace

void drop(Oid parent, Oid part, bool check_references) {
  require_unused(part);
  if (check_references) require_unreferenced(part);
  leave_incoming_keys(part);
  unlink_from(parent, part);
  ObjectAddress address;
  ObjectAddressSet(address, RelationRelationId, part);
  // The flag tells object access hooks that the rows live on.
  performDeletion(&address, DROP_RESTRICT, check_references ? 0 : PERFORM_DELETION_INTERNAL);
  CommandCounterIncrement();
}

}  // namespace varve::chunk
