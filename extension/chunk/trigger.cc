// clone_row_triggers(): what users have put on the rows of the hypertable.
#include "extension/chunk/attach.h"

extern "C" {
#include <access/xact.h>
#include <catalog/partition.h>
#include <catalog/pg_trigger.h>
#include <commands/trigger.h>
#include <nodes/makefuncs.h>
#include <rewrite/prs2lock.h>
#include <utils/reltrigger.h>
}

namespace varve::chunk {
namespace {

/// The WHEN condition, about the chunk's columns.
Node* condition_of(const Trigger& trigger, Relation parent, Relation chunk) {
  if (trigger.tgqual == nullptr) return nullptr;
  auto* condition = static_cast<List*>(stringToNode(trigger.tgqual));
  condition = map_partition_varattnos(condition, PRS2_OLD_VARNO, chunk, parent);
  condition = map_partition_varattnos(condition, PRS2_NEW_VARNO, chunk, parent);
  return reinterpret_cast<Node*>(condition);
}

CreateTrigStmt* definition_of(const Trigger& trigger, Relation parent) {
  CreateTrigStmt* definition = makeNode(CreateTrigStmt);
  definition->isconstraint = OidIsValid(trigger.tgconstraint);
  definition->trigname = trigger.tgname;
  definition->row = true;
  definition->timing = trigger.tgtype & TRIGGER_TYPE_TIMING_MASK;
  definition->events = trigger.tgtype & TRIGGER_TYPE_EVENT_MASK;
  definition->deferrable = trigger.tgdeferrable;
  definition->initdeferred = trigger.tginitdeferred;
  for (int i = 0; i < trigger.tgnargs; ++i) {
    definition->args = lappend(definition->args, makeString(trigger.tgargs[i]));
  }
  for (int i = 0; i < trigger.tgnattr; ++i) {
    const FormData_pg_attribute& column =
        *TupleDescAttr(RelationGetDescr(parent), trigger.tgattr[i] - 1);
    definition->columns =
        lappend(definition->columns, makeString(pstrdup(NameStr(column.attname))));
  }
  return definition;
}

}  // namespace

void clone_row_triggers(Relation parent, Relation chunk) {
  // A copy: the relation cache may drop its own while we work.
  const TriggerDesc* triggers = CopyTriggerDesc(parent->trigdesc);
  for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
    const Trigger& trigger = triggers->triggers[i];
    if (!TRIGGER_FOR_ROW(trigger.tgtype) || trigger.tgisinternal) continue;
    CreateTriggerFiringOn(definition_of(trigger, parent), nullptr, RelationGetRelid(chunk),
                          trigger.tgconstrrelid, InvalidOid, InvalidOid, trigger.tgfoid,
                          trigger.tgoid, condition_of(trigger, parent, chunk), false, true,
                          trigger.tgenabled);
    CommandCounterIncrement();
  }
}

}  // namespace varve::chunk
