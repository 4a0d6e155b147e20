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
  performDeletion(&address, DROP_RESTRICT, 0);
  CommandCounterIncrement();
}

}  // namespace varve::chunk
