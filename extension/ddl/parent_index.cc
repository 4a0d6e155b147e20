#include "extension/ddl/parent_index.h"

#include <cstring>

#include "extension/pg/attribute_map.h"
extern "C" {
#include <access/attmap.h>
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/index.h>
#include <catalog/indexing.h>
#include <catalog/pg_authid.h>
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_index.h>
#include <catalog/pg_type.h>
#include <commands/defrem.h>
#include <commands/tablecmds.h>
#include <commands/tablespace.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <parser/parse_utilcmd.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/partcache.h>
#include <utils/syscache.h>
}

namespace varve::ddl {
namespace {

// DefineIndex() knows all about the definition of an index, but locks the table against writers. So
// it runs on a model: an empty partitioned table with the same columns and the same key, which this
// very command drops again. What it says of its index is then put down for the real table.

/// A dropped column keeps its number, with a column of any type in its place.
List* columns_of(TupleDesc table) {
  List* columns = NIL;
  for (int i = 0; i < table->natts; ++i) {
    const FormData_pg_attribute& attribute = *TupleDescAttr(table, i);
    columns =
        lappend(columns, attribute.attisdropped
                             ? makeColumnDef(NameStr(attribute.attname), INT4OID, -1, InvalidOid)
                             : makeColumnDef(NameStr(attribute.attname), attribute.atttypid,
                                             attribute.atttypmod, attribute.attcollation));
  }
  return columns;
}

PartitionSpec* key_of(Relation table) {
  const PartitionKey key = RelationGetPartitionKey(table);
  auto* spec = makeNode(PartitionSpec);
  spec->strategy = pstrdup(key->strategy == PARTITION_STRATEGY_HASH ? "hash" : "range");
  spec->location = -1;
  for (int i = 0; i < key->partnatts; ++i) {
    auto* element = makeNode(PartitionElem);
    element->name = get_attname(RelationGetRelid(table), key->partattrs[i], false);
    element->location = -1;
    spec->partParams = lappend(spec->partParams, element);
  }
  return spec;
}

/// In the name of the system: the user needs no right to create tables where slices live.
Oid make_model(Relation table) {
  auto* definition = makeNode(CreateStmt);
  const Oid schema = RelationGetNamespace(table);
  definition->relation = makeRangeVar(
      get_namespace_name(schema),
      ChooseRelationName(RelationGetRelationName(table), nullptr, "model", schema, false), -1);
  definition->relation->relpersistence = table->rd_rel->relpersistence;
  definition->tableElts = columns_of(RelationGetDescr(table));
  definition->partspec = key_of(table);
  definition->oncommit = ONCOMMIT_NOOP;

  Oid user = InvalidOid;
  int context = 0;
  GetUserIdAndSecContext(&user, &context);
  SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, context | SECURITY_LOCAL_USERID_CHANGE);
  const Oid model =
      DefineRelation(definition, RELKIND_RELATION, table->rd_rel->relowner, nullptr, nullptr)
          .objectId;
  SetUserIdAndSecContext(user, context);
  CommandCounterIncrement();
  return model;
}

Relation make_model_index(Oid model, const IndexStmt* statement, bool check_rights) {
  auto* definition = castNode(IndexStmt, copyObjectImpl(statement));
  definition->relation = nullptr;
  definition->idxname = nullptr;
  definition->concurrent = false;
  definition->if_not_exists = false;
  const Oid index = DefineIndex(model, definition, InvalidOid, InvalidOid, InvalidOid, false,
                                check_rights, true, true, true)
                        .objectId;
  CommandCounterIncrement();
  return index_open(index, NoLock);
}

void drop_model(Relation model_index, Oid model) {
  index_close(model_index, NoLock);
  ObjectAddress address;
  ObjectAddressSet(address, RelationRelationId, model);
  performDeletion(&address, DROP_RESTRICT, PERFORM_DELETION_INTERNAL | PERFORM_DELETION_QUIETLY);
  CommandCounterIncrement();
}

List* column_names(Relation index) {
  List* names = NIL;
  for (int i = 0; i < RelationGetNumberOfAttributes(index); ++i) {
    names = lappend(names, pstrdup(NameStr(TupleDescAttr(RelationGetDescr(index), i)->attname)));
  }
  return names;
}

/// The name that PostgreSQL would choose.
char* default_name(Relation table, Relation model_index) {
  char columns[NAMEDATALEN * 2] = "";
  ListCell* cell;
  foreach (cell, column_names(model_index)) {
    if (columns[0] != '\0') strlcat(columns, "_", sizeof columns);
    strlcat(columns, static_cast<const char*>(lfirst(cell)), sizeof columns);
  }
  return ChooseRelationName(RelationGetRelationName(table), columns, "idx",
                            RelationGetNamespace(table), false);
}

/// An attribute of the index's row in one of the system caches, copied.
Datum attribute_of(int cache, Oid index, AttrNumber number, bool* is_null) {
  HeapTuple tuple = SearchSysCacheCopy1(cache, ObjectIdGetDatum(index));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for index %u", index);
  return SysCacheGetAttr(cache, tuple, number, is_null);
}

Oid put_down(Relation table, Relation model_index, const char* name, Oid parent_index) {
  const Oid model = RelationGetRelid(model_index);
  bool is_null = false;
  auto* classes = reinterpret_cast<oidvector*>(
      DatumGetPointer(attribute_of(INDEXRELID, model, Anum_pg_index_indclass, &is_null)));
  Datum options = attribute_of(RELOID, model, Anum_pg_class_reloptions, &is_null);
  if (is_null) options = 0;
  Oid constraint = InvalidOid;
  const Oid index = index_create(
      table, name, InvalidOid, parent_index, InvalidOid, InvalidOid, BuildIndexInfo(model_index),
      column_names(model_index), model_index->rd_rel->relam, model_index->rd_rel->reltablespace,
      model_index->rd_indcollation, classes->values, model_index->rd_indoption, options,
      INDEX_CREATE_SKIP_BUILD | INDEX_CREATE_PARTITIONED | INDEX_CREATE_INVALID, 0, false, true,
      &constraint);
  CommandCounterIncrement();
  // Two sessions that make chunks at once would both want to set the mark.
  SetRelationHasSubclass(index, true);
  CommandCounterIncrement();
  return index;
}

bool is_same(Relation a, Relation b) {
  const int keys = IndexRelationGetNumberOfKeyAttributes(a);
  if (IndexRelationGetNumberOfKeyAttributes(b) != keys ||
      std::memcmp(a->rd_indoption, b->rd_indoption, keys * sizeof(int16)) != 0) {
    return false;
  }
  AttrMap* identity = make_attrmap(MaxHeapAttributeNumber);
  for (int i = 0; i < identity->maplen; ++i) {
    identity->attnums[i] = static_cast<AttrNumber>(i + 1);
  }
  return CompareIndexInfo(BuildIndexInfo(a), BuildIndexInfo(b), a->rd_indcollation,
                          b->rd_indcollation, a->rd_opfamily, b->rd_opfamily, identity);
}

/// An index of the table's that `statement` describes as well, by its name if the statement has
/// one.
struct Known {
  Oid index;
  bool is_valid;
};

Known known_index(Relation table, Relation model_index, const char* name) {
  Known found = {InvalidOid, false};
  ListCell* cell;
  foreach (cell, RelationGetIndexList(table)) {
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    const bool is_named = name == nullptr || strcmp(name, RelationGetRelationName(index)) == 0;
    if (is_named && is_same(index, model_index)) {
      found = {RelationGetRelid(index), index->rd_index->indisvalid};
    }
    index_close(index, AccessShareLock);
    if (OidIsValid(found.index) && !found.is_valid) break;
  }
  return found;
}

void report_redundant(Oid index) {
  ereport(NOTICE, (errmsg("index \"%s\" has the same definition", get_rel_name(index)),
                   errhint("Every chunk will keep both. DROP INDEX CONCURRENTLY takes one away.")));
}

/// What is called `name` where the index would be.
Oid namesake(Relation table, const char* name) {
  return name != nullptr ? get_relname_relid(name, RelationGetNamespace(table)) : InvalidOid;
}

[[noreturn]] void report_namesake(const char* name, bool is_unfinished) {
  ereport(ERROR,
          (errcode(ERRCODE_DUPLICATE_TABLE), errmsg("relation \"%s\" already exists", name),
           is_unfinished ? errdetail("It is an unfinished index with another definition, or one "
                                     "that is being dropped.")
                         : 0,
           is_unfinished ? errhint("Finish DROP INDEX CONCURRENTLY first.") : 0));
  pg_unreachable();
}

Oid find_or_put_down(Relation table, Relation model_index, const IndexStmt* statement) {
  const Known known = known_index(table, model_index, statement->idxname);
  if (OidIsValid(known.index) && !known.is_valid) {
    ereport(NOTICE, (errmsg("continuing with unfinished index \"%s\"", get_rel_name(known.index))));
    return known.index;
  }
  if (const Oid other = namesake(table, statement->idxname); OidIsValid(other)) {
    const bool is_unfinished =
        get_rel_relkind(other) == RELKIND_PARTITIONED_INDEX && !get_index_isvalid(other);
    if (!statement->if_not_exists || is_unfinished) {
      report_namesake(statement->idxname, is_unfinished);
    }
    ereport(NOTICE, (errcode(ERRCODE_DUPLICATE_TABLE),
                     errmsg("relation \"%s\" already exists, skipping", statement->idxname)));
    return InvalidOid;
  }
  const Known twin = known_index(table, model_index, nullptr);
  if (OidIsValid(twin.index)) report_redundant(twin.index);
  const char* name =
      statement->idxname != nullptr ? statement->idxname : default_name(table, model_index);
  return put_down(table, model_index, name, InvalidOid);
}

}  // namespace

Oid define_parent_index(Relation table, const IndexStmt* statement) {
  const Oid model = make_model(table);
  Relation model_index = make_model_index(model, statement, true);
  const Oid index = find_or_put_down(table, model_index, statement);
  drop_model(model_index, model);
  return index;
}

IndexStmt* clone_of(Relation parent_index, Relation partition) {
  Relation parent = table_open(parent_index->rd_index->indrelid, AccessShareLock);
  const AttrMap* numbers = pg::attribute_map(RelationGetDescr(partition), RelationGetDescr(parent));
  table_close(parent, NoLock);
  Oid constraint = InvalidOid;
  IndexStmt* statement = generateClonedIndexStmt(nullptr, parent_index, numbers, &constraint);
  // Not where default_tablespace of this session points: chunks to come will not know it.
  if (statement->tableSpace == nullptr && partition->rd_rel->relkind == RELKIND_RELATION) {
    statement->tableSpace = get_tablespace_name(MyDatabaseTableSpace);
  }
  return statement;
}

Oid define_slice_index(Relation slice, Relation parent_index) {
  const IndexStmt* statement = clone_of(parent_index, slice);
  const Oid model = make_model(slice);
  Relation model_index = make_model_index(model, statement, false);
  const Oid index = put_down(slice, model_index, default_name(slice, model_index),
                             RelationGetRelid(parent_index));
  drop_model(model_index, model);
  return index;
}

void mark_parent_index(Oid table, Oid index, bool is_valid, bool is_live) {
  Relation indexes = table_open(IndexRelationId, RowExclusiveLock);
  HeapTuple tuple = SearchSysCacheCopy1(INDEXRELID, ObjectIdGetDatum(index));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for index %u", index);
  auto* row = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
  row->indisvalid = is_valid;
  row->indislive = is_live;
  CatalogTupleUpdate(indexes, &tuple->t_self, tuple);
  table_close(indexes, RowExclusiveLock);
  CacheInvalidateRelcacheByRelid(table);  // plans that could use it, or no longer can
  CommandCounterIncrement();
}

}  // namespace varve::ddl
