// attach(): a table becomes a partition. ALTER TABLE ... ATTACH PARTITION would lock the parent
// against everybody, and refuses to run inside the INSERT that needs the chunk.
#include "extension/chunk/attach.h"

#include "extension/catalog/chunk_table.h"
#include "extension/chunk/bounds_version.h"
#include "extension/chunk/coordinate.h"
#include "extension/chunk/create.h"

#include "extension/pg/alter_relation.h"
#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/heap.h>
#include <catalog/index.h>
#include <catalog/indexing.h>
#include <catalog/partition.h>
#include <catalog/pg_authid.h>
#include <catalog/pg_class.h>
#include <catalog/pg_inherits.h>
#include <commands/cluster.h>
#include <commands/tablecmds.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <storage/lmgr.h>
#include <utils/builtins.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/partcache.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

/// One end of the chunk in the terms of the partition key. Nothing lies above the extent of a type,
/// and its end need not be a value of it.
List* bound_of(std::int64_t coordinate, PartitionKey key) {
  const Oid type = getBaseType(key->parttypid[0]);
  PartitionRangeDatum* bound = makeNode(PartitionRangeDatum);
  bound->location = -1;
  if (coordinate == extent_of(type).highest) {
    bound->kind = PARTITION_RANGE_DATUM_MAXVALUE;
  } else {
    bound->kind = PARTITION_RANGE_DATUM_VALUE;
    Const* value =
        makeConst(key->parttypid[0], key->parttypmod[0], key->parttypcoll[0], key->parttyplen[0],
                  datum_of(coordinate, type), false, key->parttypbyval[0]);
    value->location = -1;
    bound->value = reinterpret_cast<Node*>(value);
  }
  return list_make1(bound);
}

PartitionBoundSpec* bound_of_slice(Relation parent, Slice slice) {
  PartitionKey key = RelationGetPartitionKey(parent);
  PartitionBoundSpec* bound = makeNode(PartitionBoundSpec);
  bound->strategy = PARTITION_STRATEGY_RANGE;
  bound->lowerdatums = bound_of(slice.begin, key);
  bound->upperdatums = bound_of(slice.end, key);
  bound->location = -1;
  return bound;
}

void link_to(Relation parent, Oid chunk) {
  StoreSingleInheritance(chunk, RelationGetRelid(parent), 1);
  ObjectAddress child;
  ObjectAddress up;
  ObjectAddressSet(child, RelationRelationId, chunk);
  ObjectAddressSet(up, RelationRelationId, RelationGetRelid(parent));
  recordDependencyOn(&child, &up, DEPENDENCY_AUTO);
}

void attach_relation(Relation parent, Oid chunk, std::int32_t id, const PartitionBoundSpec& bound) {
  Oid user = InvalidOid;
  int context = 0;
  GetUserIdAndSecContext(&user, &context);
  SetUserIdAndSecContext(parent->rd_rel->relowner, context | SECURITY_LOCAL_USERID_CHANGE);

  if (!has_subclass(RelationGetRelid(parent))) {
    elog(ERROR, "\"%s\" is not marked as a parent", RelationGetRelationName(parent));
  }
  Relation relation = table_open(chunk, AccessExclusiveLock);
  link_to(parent, chunk);
  store_bound(chunk, bound);
  CommandCounterIncrement();
  clone_indexes(parent, relation);
  clone_foreign_keys(parent, relation, id);
  // The owner may lack EXECUTE on the function of a trigger that somebody else has put on the
  // table. Nothing of a trigger runs while it is created.
  SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, context | SECURITY_LOCAL_USERID_CHANGE);
  clone_row_triggers(parent, relation);
  SetUserIdAndSecContext(parent->rd_rel->relowner, context | SECURITY_LOCAL_USERID_CHANGE);
  copy_replica_identity(parent, relation);
  copy_row_security(parent, relation);
  table_close(relation, NoLock);
  CacheInvalidateRelcache(parent);
  CommandCounterIncrement();

  SetUserIdAndSecContext(user, context);
}

}  // namespace

// As StorePartitionBound(), without its look at the default partition, which a hypertable does not
// have, and which would cost one more rebuild of the descriptor.
void store_bound(Oid chunk, const PartitionBoundSpec& bound) {
  Relation table = table_open(RelationRelationId, RowExclusiveLock);
  HeapTuple old = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(chunk));
  if (!HeapTupleIsValid(old)) elog(ERROR, "cache lookup failed for relation %u", chunk);
  Datum values[Natts_pg_class] = {};
  bool nulls[Natts_pg_class] = {};
  bool replaced[Natts_pg_class] = {};
  values[Anum_pg_class_relpartbound - 1] = CStringGetTextDatum(nodeToString(&bound));
  replaced[Anum_pg_class_relpartbound - 1] = true;
  HeapTuple tuple = heap_modify_tuple(old, RelationGetDescr(table), values, nulls, replaced);
  reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relispartition = true;
  CatalogTupleUpdate(table, &tuple->t_self, tuple);
  table_close(table, RowExclusiveLock);
}

void change_bound(Relation parent, Oid chunk, Slice slice) {
  store_bound(chunk, *bound_of_slice(parent, slice));
  CacheInvalidateRelcache(parent);
  change_bounds_version(RelationGetRelid(parent));
}

void copy_replica_identity(Relation parent, Relation chunk) {
  if (parent->rd_rel->relreplident == REPLICA_IDENTITY_DEFAULT) return;
  ReplicaIdentityStmt* identity = makeNode(ReplicaIdentityStmt);
  identity->identity_type = parent->rd_rel->relreplident;
  if (identity->identity_type == REPLICA_IDENTITY_INDEX) {
    const Oid index = RelationGetReplicaIndex(parent);
    if (!OidIsValid(index)) return;  // dropped meanwhile, which leaves none
    identity->name = get_rel_name(index_get_partition(chunk, index));
  }
  AlterTableCmd* command = makeNode(AlterTableCmd);
  command->subtype = AT_ReplicaIdentity;
  command->def = reinterpret_cast<Node*>(identity);
  pg::alter_relation(RelationGetRelid(chunk), list_make1(command));
  CommandCounterIncrement();
}

void copy_row_security(Relation parent, Relation chunk) {
  List* commands = NIL;
  if (parent->rd_rel->relrowsecurity) {
    AlterTableCmd* command = makeNode(AlterTableCmd);
    command->subtype = AT_EnableRowSecurity;
    commands = lappend(commands, command);
  }
  if (parent->rd_rel->relforcerowsecurity) {
    AlterTableCmd* command = makeNode(AlterTableCmd);
    command->subtype = AT_ForceRowSecurity;
    commands = lappend(commands, command);
  }
  if (commands == NIL) return;
  pg::alter_relation(RelationGetRelid(chunk), commands);
  CommandCounterIncrement();
}

void attach(Relation parent, const catalog::Hypertable&, Oid chunk, Slice slice) {
  const auto row = catalog::ChunkTable::find(chunk);
  if (!row) throw pg::SqlError(ERRCODE_INTERNAL_ERROR, "only a registered chunk can be attached");
  pg::call([&] { attach_relation(parent, chunk, row->id, *bound_of_slice(parent, slice)); });
}

void attach(Relation parent, Oid part, std::int32_t id, Slice slice) {
  pg::call([&] { attach_relation(parent, part, id, *bound_of_slice(parent, slice)); });
}

void attach(Relation parent, Oid part, std::int32_t id, const PartitionBoundSpec& bound) {
  pg::call([&] { attach_relation(parent, part, id, bound); });
}

}  // namespace varve::chunk
