#include "extension/dml/copy_to.h"

extern "C" {
#include <access/table.h>
#include <commands/copy.h>
#include <nodes/makefuncs.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::dml {
namespace {

ResTarget* column(const char* name) {
  auto* reference = makeNode(ColumnRef);
  reference->fields = list_make1(makeString(pstrdup(name)));
  reference->location = -1;
  auto* target = makeNode(ResTarget);
  target->val = reinterpret_cast<Node*>(reference);
  target->location = -1;
  return target;
}

List* columns(Relation table, List* names) {
  List* targets = NIL;
  ListCell* cell;
  foreach (cell, CopyGetAttnums(RelationGetDescr(table), table, names)) {
    const Form_pg_attribute attribute =
        TupleDescAttr(RelationGetDescr(table), lfirst_int(cell) - 1);
    targets = lappend(targets, column(NameStr(attribute->attname)));
  }
  return targets;
}

}  // namespace

CopyStmt* copy_to(const CopyStmt& statement, Oid relation) {
  Relation table = table_open(relation, AccessShareLock);
  auto* select = makeNode(SelectStmt);
  select->targetList = columns(table, statement.attlist);
  select->fromClause = list_make1(makeRangeVar(get_namespace_name(RelationGetNamespace(table)),
                                               pstrdup(RelationGetRelationName(table)), -1));
  table_close(table, NoLock);

  auto* changed = copyObject(const_cast<CopyStmt*>(&statement));
  changed->relation = nullptr;
  changed->attlist = NIL;
  changed->query = reinterpret_cast<Node*>(select);
  return changed;
}

}  // namespace varve::dml
