// create_table(): a chunk as a table of its own.
#include <cstdio>

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/tablespace_table.h"
#include "extension/chunk/create.h"

#include "extension/pg/alter_relation.h"
#include "extension/pg/boundary.h"
#include "extension/pg/partition_spec.h"
extern "C" {
#include <access/attmap.h>
#include <access/htup_details.h>
#include <access/reloptions.h>
#include <access/table.h>
#include <access/toast_compression.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/heap.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <catalog/partition.h>
#include <catalog/pg_am.h>
#include <catalog/pg_attribute.h>
#include <catalog/pg_authid.h>
#include <catalog/pg_class.h>
#include <catalog/toasting.h>
#include <commands/defrem.h>
#include <commands/tablecmds.h>
#include <commands/tablespace.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <rewrite/rewriteManip.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
#include <utils/timestamp.h>
}

namespace varve::chunk {
namespace {

/// Numbers of the parent's columns in the chunk, which has none for the dropped ones.
AttrMap* column_numbers(TupleDesc parent) {
  AttrMap* map = make_attrmap(parent->natts);
  AttrNumber next = 1;
  for (int i = 0; i < parent->natts; ++i) {
    if (!TupleDescAttr(parent, i)->attisdropped) map->attnums[i] = next++;
  }
  return map;
}

/// The default, or the expression of a generated column, of column `number`; null without one.
Node* default_of(TupleDesc parent, AttrNumber number, AttrMap* numbers) {
  const TupleConstr* constraints = parent->constr;
  for (int i = 0; constraints != nullptr && i < constraints->num_defval; ++i) {
    if (constraints->defval[i].adnum != number) continue;
    auto* expression = static_cast<Node*>(stringToNode(constraints->defval[i].adbin));
    bool whole_row = false;  // refused where a default or a generated column is defined
    return map_variable_attnos(expression, 1, 0, numbers, InvalidOid, &whole_row);
  }
  return nullptr;
}

/// An identity column is an ordinary one in a partition before PostgreSQL 17: the values come from
/// the INSERT on the parent.
ColumnDef* column_of(TupleDesc parent, const FormData_pg_attribute& attribute, AttrMap* numbers) {
  ColumnDef* column = makeColumnDef(NameStr(attribute.attname), attribute.atttypid,
                                    attribute.atttypmod, attribute.attcollation);
  column->is_local = false;
  column->inhcount = 1;
  column->is_not_null = attribute.attnotnull;
  column->storage = attribute.attstorage;
  column->generated = attribute.attgenerated;
  column->cooked_default = default_of(parent, attribute.attnum, numbers);
  if (CompressionMethodIsValid(attribute.attcompression)) {
    column->compression = pstrdup(GetCompressionMethodName(attribute.attcompression));
  }
  return column;
}

List* columns_of(TupleDesc parent) {
  AttrMap* numbers = column_numbers(parent);
  List* columns = NIL;
  for (int i = 0; i < parent->natts; ++i) {
    const FormData_pg_attribute& attribute = *TupleDescAttr(parent, i);
    if (!attribute.attisdropped) columns = lappend(columns, column_of(parent, attribute, numbers));
  }
  return columns;
}

/// Of the tablespaces attached to the hypertable, those that are still there take turns from slice
/// to slice; null where there are none.
char* attached_tablespace(const catalog::Hypertable& hypertable, Slice slice) {
  List* names = NIL;
  ListCell* cell;
  foreach (cell, catalog::TablespaceTable::of_hypertable(hypertable.id)) {
    auto* name = static_cast<char*>(lfirst(cell));
    if (OidIsValid(get_tablespace_oid(name, true))) names = lappend(names, name);
  }
  if (names == NIL) return nullptr;
  const std::int64_t turns = list_length(names);
  const std::int64_t turn = (slice.begin / hypertable.chunk_interval) % turns;
  return static_cast<char*>(list_nth(names, static_cast<int>((turn + turns) % turns)));
}

/// Where the hypertable says its chunks go, never where the settings of the session that happens to
/// need the chunk would put it.
char* tablespace_of(Relation parent, const catalog::Hypertable& hypertable, Slice slice) {
  if (char* attached = attached_tablespace(hypertable, slice)) return attached;
  const Oid own = parent->rd_rel->reltablespace;
  return get_tablespace_name(OidIsValid(own) ? own : MyDatabaseTableSpace);
}

CreateStmt* definition_of(Relation parent, const catalog::Hypertable& hypertable, std::int32_t id,
                          Slice slice, List* options) {
  CreateStmt* definition = makeNode(CreateStmt);
  definition->relation = makeRangeVar(
      pstrdup(NameStr(hypertable.chunk_schema)),
      makeObjectName(NameStr(hypertable.chunk_prefix), psprintf("%d", id), "chunk"), -1);
  definition->relation->relpersistence = parent->rd_rel->relpersistence;
  definition->tableElts = columns_of(RelationGetDescr(parent));
  definition->options = options;
  definition->oncommit = ONCOMMIT_NOOP;
  definition->tablespacename = tablespace_of(parent, hypertable, slice);
  definition->accessMethod = pstrdup("heap");
  return definition;
}

/// In whose name the table is created. The schema of the extension lets nobody create in it; in a
/// schema of the user's own, the owner of the hypertable must have the right.
Oid creator_in(const NameData& schema, Oid owner) {
  return namestrcmp(const_cast<Name>(&schema), "_timescaledb_internal") == 0 ? BOOTSTRAP_SUPERUSERID
                                                                             : owner;
}

void add_toast_table(Oid chunk, List* options) {
  static const char* const namespaces[] = HEAP_RELOPT_NAMESPACES;
  const Datum toast =
      transformRelOptions(Datum{0}, options, "toast", const_cast<char**>(namespaces), true, false);
  (void)heap_reloptions(RELKIND_TOASTVALUE, toast, true);
  NewRelationCreateToastTable(chunk, toast);
}

void add_checks(Relation parent, Relation chunk) {
  const TupleConstr* constraints = RelationGetDescr(parent)->constr;
  List* checks = NIL;
  for (int i = 0; constraints != nullptr && i < constraints->num_check; ++i) {
    const ConstrCheck& check = constraints->check[i];
    List* expression = list_make1(stringToNode(check.ccbin));
    Constraint* constraint = makeNode(Constraint);
    constraint->contype = CONSTR_CHECK;
    constraint->conname = pstrdup(check.ccname);
    constraint->cooked_expr =
        nodeToString(linitial(map_partition_varattnos(expression, 1, chunk, parent)));
    // An empty chunk satisfies all; one that will take over the rows of an ordinary table does not.
    constraint->initially_valid =
        check.ccvalid || parent->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
    constraint->skip_validation = true;
    constraint->location = -1;
    checks = lappend(checks, constraint);
  }
  if (checks == NIL) return;
  AddRelationNewConstraints(chunk, NIL, checks, false, false, false, nullptr);
  CommandCounterIncrement();
}

/// ALTER TABLE ... ALTER COLUMN as the parent's columns are set.
AlterTableCmd* alter_column(AlterTableType what, const char* column, Node* value) {
  AlterTableCmd* command = makeNode(AlterTableCmd);
  command->subtype = what;
  command->name = pstrdup(column);
  command->def = value;
  return command;
}

/// Options like n_distinct of the parent's column; not the version that PostgreSQL's later minor
/// releases keep among them.
List* options_of(Oid relation, AttrNumber number) {
  List* options = NIL;
  ListCell* cell;
  foreach (cell, untransformRelOptions(get_attoptions(relation, number))) {
    auto* option = lfirst_node(DefElem, cell);
#ifdef ATTRIBUTE_VERSION_ATTOPTION
    if (strcmp(option->defname, ATTRIBUTE_VERSION_ATTOPTION) == 0) continue;
#endif
    options = lappend(options, option);
  }
  return options;
}

/// Statistics targets and options, which CREATE TABLE cannot express.
void set_column_options(Relation parent, Oid chunk) {
  List* commands = NIL;
  for (int i = 0; i < RelationGetDescr(parent)->natts; ++i) {
    const FormData_pg_attribute& attribute = *TupleDescAttr(RelationGetDescr(parent), i);
    if (attribute.attisdropped) continue;
    const char* column = NameStr(attribute.attname);
    if (attribute.attstattarget >= 0) {
      Node* target = reinterpret_cast<Node*>(makeInteger(attribute.attstattarget));
      commands = lappend(commands, alter_column(AT_SetStatistics, column, target));
    }
    List* options = options_of(RelationGetRelid(parent), attribute.attnum);
    if (options != NIL) {
      Node* list = reinterpret_cast<Node*>(options);
      commands = lappend(commands, alter_column(AT_SetOptions, column, list));
    }
  }
  if (commands == NIL) return;
  pg::alter_relation(chunk, commands);
  CommandCounterIncrement();
}

/// Takes back what ALTER DEFAULT PRIVILEGES has granted: a reader who went past the hypertable
/// would go past its row-level security as well.
void revoke_all(Oid chunk, Oid owner) {
  HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(chunk));
  if (heap_attisnull(tuple, Anum_pg_class_relacl, nullptr)) return;
  Relation table = table_open(RelationRelationId, RowExclusiveLock);
  Datum values[Natts_pg_class] = {};
  bool nulls[Natts_pg_class] = {};
  bool replaced[Natts_pg_class] = {};
  nulls[Anum_pg_class_relacl - 1] = replaced[Anum_pg_class_relacl - 1] = true;
  HeapTuple without = heap_modify_tuple(tuple, RelationGetDescr(table), values, nulls, replaced);
  CatalogTupleUpdate(table, &without->t_self, without);
  table_close(table, NoLock);
  deleteSharedDependencyRecordsFor(RelationRelationId, chunk, 0);
  recordDependencyOnOwner(RelationRelationId, chunk, owner);
  CommandCounterIncrement();
}

Oid define(Relation parent, const catalog::Hypertable& hypertable, std::int32_t id, Slice slice,
           List* options) {
  const Oid owner = parent->rd_rel->relowner;
  Oid user = InvalidOid;
  int context = 0;
  GetUserIdAndSecContext(&user, &context);

  SetUserIdAndSecContext(creator_in(hypertable.chunk_schema, owner),
                         context | SECURITY_LOCAL_USERID_CHANGE);
  CreateStmt* definition = definition_of(parent, hypertable, id, slice, options);
  const Oid chunk = DefineRelation(definition, RELKIND_RELATION, owner, nullptr, nullptr).objectId;
  CommandCounterIncrement();

  SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE);
  revoke_all(chunk, owner);
  add_toast_table(chunk, options);
  Relation relation = table_open(chunk, NoLock);  // DefineRelation keeps its exclusive lock
  add_checks(parent, relation);
  table_close(relation, NoLock);
  set_column_options(parent, chunk);
  SetUserIdAndSecContext(user, context);
  return chunk;
}

/// A partitioned table of the hypertable's columns, by hash of its second dimension.
CreateStmt* slice_definition_of(Relation parent, const catalog::Hypertable& hypertable,
                                std::int32_t id, Slice slice) {
  CreateStmt* definition = definition_of(parent, hypertable, id, slice, NIL);
  definition->relation->relname =
      makeObjectName(NameStr(hypertable.chunk_prefix), psprintf("%d", id), "slice");
  definition->accessMethod = nullptr;
  // PostgreSQL wants no name for the database's own where the table has no files.
  if (get_tablespace_oid(definition->tablespacename, false) == MyDatabaseTableSpace) {
    definition->tablespacename = nullptr;
  }
  definition->partspec = pg::hash_partitioning(NameStr(hypertable.space_column));
  return definition;
}

Oid define_slice(Relation parent, const catalog::Hypertable& hypertable, std::int32_t id,
                 Slice slice) {
  const Oid owner = parent->rd_rel->relowner;
  Oid user = InvalidOid;
  int context = 0;
  GetUserIdAndSecContext(&user, &context);
  SetUserIdAndSecContext(creator_in(hypertable.chunk_schema, owner),
                         context | SECURITY_LOCAL_USERID_CHANGE);
  CreateStmt* definition = slice_definition_of(parent, hypertable, id, slice);
  const Oid table = DefineRelation(definition, RELKIND_RELATION, owner, nullptr, nullptr).objectId;
  CommandCounterIncrement();
  SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE);
  revoke_all(table, owner);
  Relation relation = table_open(table, NoLock);
  add_checks(parent, relation);
  table_close(relation, NoLock);
  set_column_options(parent, table);
  SetUserIdAndSecContext(user, context);
  return table;
}

}  // namespace

Oid create_slice_table(Relation parent, const catalog::Hypertable& hypertable, std::int32_t id,
                       Slice slice) {
  return pg::call([&] { return define_slice(parent, hypertable, id, slice); });
}

Oid create_table(Relation parent, const catalog::Hypertable& hypertable, std::int32_t id,
                 Slice slice, TimestampTz created) {
  List* options = catalog::HypertableTable::storage_options(hypertable.id);
  const Oid chunk = pg::call([&] { return define(parent, hypertable, id, slice, options); });
  catalog::ChunkTable::insert({id, hypertable.id, chunk, slice, created});
  return chunk;
}

Oid create_table(Relation parent, const catalog::Hypertable& hypertable, Slice slice) {
  return create_table(parent, hypertable, catalog::ChunkTable::next_id(), slice,
                      GetCurrentTimestamp());
}

}  // namespace varve::chunk
