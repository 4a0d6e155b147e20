#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <commands/event_trigger.h>
#include <commands/tablecmds.h>
#include <nodes/makefuncs.h>
}

namespace varve::pg {

/// ALTER TABLE `relation` with `commands` (AlterTableCmd), whatever runs around it: inside an event
/// trigger, AlterTableInternal() alone writes through a null pointer. The statement is consumed.
/// C API.
inline void alter_relation(Oid relation, List* commands) {
  AlterTableStmt* statement = makeNode(AlterTableStmt);
  statement->objtype = OBJECT_TABLE;
  statement->cmds = commands;
  EventTriggerAlterTableStart(reinterpret_cast<Node*>(statement));
  AlterTableInternal(relation, commands, false);
  EventTriggerAlterTableEnd();
}

}  // namespace varve::pg
