#include "extension/chunk/drop.h"

#include "extension/chunk/unlink.h"

extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/pg_class.h>
#include <commands/tablecmds.h>
#include <utils/rel.h>
}

namespace varve::chunk {

void drop(Oid parent, Oid chunk, bool check_references) {
  Relation relation = table_open(chunk, NoLock);
  CheckTableNotInUse(relation, "DROP TABLE");
  table_close(relation, NoLock);
  leave_incoming_keys(chunk, check_references);
  unlink_from(parent, chunk);
  ObjectAddress address;
  ObjectAddressSet(address, RelationRelationId, chunk);
  // The flag tells object access hooks that the rows live on.
  performDeletion(&address, DROP_RESTRICT, check_references ? 0 : PERFORM_DELETION_INTERNAL);
  CommandCounterIncrement();
}

}  // namespace varve::chunk
