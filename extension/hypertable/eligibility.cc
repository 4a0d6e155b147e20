#include "extension/hypertable/eligibility.h"

#include <string>

#include "extension/catalog/hypertable_cache.h"
#include "extension/catalog/relations.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/catalog.h>
#include <catalog/indexing.h>
#include <catalog/pg_am.h>
#include <catalog/pg_class.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_inherits.h>
#include <catalog/pg_publication.h>
#include <commands/trigger.h>
#include <miscadmin.h>
#include <utils/acl.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
}

namespace varve::hypertable {
namespace {

std::string quoted(const char* name) { return "\"" + std::string(name) + "\""; }
std::string name_of(Relation table) { return quoted(RelationGetRelationName(table)); }

[[noreturn]] void refuse(int sqlstate, const std::string& message, const std::string& detail = {},
                         const std::string& hint = {}) {
  throw pg::SqlError(sqlstate, message, detail, hint);
}

void require_table(char kind, const std::string& name) {
  const std::string what = "cannot turn " + name + " into a hypertable";
  switch (kind) {
    case RELKIND_RELATION: return;
    case RELKIND_PARTITIONED_TABLE:
      refuse(ERRCODE_WRONG_OBJECT_TYPE, what, "The table is partitioned already.");
    case RELKIND_VIEW: refuse(ERRCODE_WRONG_OBJECT_TYPE, what, "It is a view.");
    case RELKIND_MATVIEW: refuse(ERRCODE_WRONG_OBJECT_TYPE, what, "It is a materialized view.");
    case RELKIND_FOREIGN_TABLE: refuse(ERRCODE_WRONG_OBJECT_TYPE, what, "It is a foreign table.");
    default: refuse(ERRCODE_WRONG_OBJECT_TYPE, what, "It is not a table.");
  }
}

void require_ordinary_storage(Relation table) {
  const FormData_pg_class& row = *table->rd_rel;
  if (row.relpersistence == RELPERSISTENCE_TEMP) {
    refuse(ERRCODE_FEATURE_NOT_SUPPORTED,
           "temporary table " + name_of(table) + " cannot be a hypertable");
  }
  if (row.relam != HEAP_TABLE_AM_OID) {
    refuse(ERRCODE_FEATURE_NOT_SUPPORTED, "table " + name_of(table) + " cannot be a hypertable",
           "Its access method is not heap.");
  }
}

/// Neither the system's tables nor our own.
void require_user_table(Oid relation, const std::string& name) {
  const bool system = pg::call([&] {
    return IsCatalogRelationOid(relation) ||
           get_rel_namespace(relation) ==
               get_rel_namespace(catalog::required_relations().hypertable);
  });
  if (system) {
    refuse(ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied: " + name + " is a system catalog");
  }
}

void require_no_inheritance(Relation table) {
  if (table->rd_rel->relispartition) {
    refuse(ERRCODE_WRONG_OBJECT_TYPE, "partition " + name_of(table) + " cannot be a hypertable");
  }
  const Oid relation = RelationGetRelid(table);
  const bool inherits = pg::call([&] { return has_superclass(relation); });
  // The flag in pg_class may outlive the last child.
  const bool inherited = pg::call(
      [&] { return has_subclass(relation) && find_inheritance_children(relation, NoLock) != NIL; });
  if (inherits || inherited) {
    refuse(ERRCODE_FEATURE_NOT_SUPPORTED,
           "table " + name_of(table) + " cannot be a hypertable since it takes part in inheritance",
           inherits ? "It inherits from another table." : "Another table inherits from it.");
  }
}

void require_no_rules_or_odd_triggers(Relation table) {
  if (table->rd_rules != nullptr && table->rd_rules->numLocks > 0) {
    refuse(ERRCODE_FEATURE_NOT_SUPPORTED,
           "table " + name_of(table) + " cannot be a hypertable since it has rules");
  }
  if (table->trigdesc == nullptr) return;
  const char* trigger =
      pg::call([&] { return FindTriggerIncompatibleWithInheritance(table->trigdesc); });
  if (trigger != nullptr) {
    refuse(ERRCODE_FEATURE_NOT_SUPPORTED,
           "trigger " + quoted(trigger) + " prevents table " + name_of(table) +
               " from becoming a hypertable",
           "ROW triggers with transition tables are not supported on hypertables.");
  }
}

/// A foreign key may join a hypertable with a plain table, in either direction.
void require_no_hypertable(Relation table, Oid other, const char* constraint) {
  if (other == RelationGetRelid(table) || catalog::cached_hypertable(other) != nullptr) {
    refuse(ERRCODE_FEATURE_NOT_SUPPORTED,
           "foreign key " + quoted(constraint) + " joins two hypertables",
           "Foreign keys from a hypertable to a hypertable are not supported.");
  }
}

void check_constraint(Relation table, const FormData_pg_constraint& constraint) {
  const char* name = NameStr(constraint.conname);
  switch (constraint.contype) {
    case CONSTRAINT_EXCLUSION:
      refuse(ERRCODE_FEATURE_NOT_SUPPORTED,
             "exclusion constraint " + quoted(name) + " is not supported on hypertables");
    case CONSTRAINT_CHECK:
      if (!constraint.connoinherit) return;
      refuse(ERRCODE_INVALID_TABLE_DEFINITION,
             "constraint " + quoted(name) + " is NO INHERIT and would not hold in chunks");
    case CONSTRAINT_FOREIGN:
      require_no_hypertable(table, constraint.confrelid, name);
      if (constraint.convalidated) return;
      refuse(ERRCODE_FEATURE_NOT_SUPPORTED,
             "foreign key " + quoted(name) + " is not valid, which hypertables do not support", {},
             "Run ALTER TABLE ... VALIDATE CONSTRAINT first.");
    default: return;
  }
}

/// Copies of the table's rows of pg_constraint: checking them throws, which a scan must not see.
struct Constraints {
  FormData_pg_constraint* rows;
  std::size_t count;
};

Constraints constraints_of(Oid relation) {
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(relation));
  Relation table = table_open(ConstraintRelationId, AccessShareLock);
  SysScanDesc scan =
      systable_beginscan(table, ConstraintRelidTypidNameIndexId, true, nullptr, 1, &key);
  Constraints all = {static_cast<FormData_pg_constraint*>(palloc(sizeof(FormData_pg_constraint))),
                     0};
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext(scan))) {
    all.rows = static_cast<FormData_pg_constraint*>(
        repalloc(all.rows, (all.count + 1) * sizeof(FormData_pg_constraint)));
    memcpy(&all.rows[all.count++], GETSTRUCT(tuple), sizeof(FormData_pg_constraint));
  }
  systable_endscan(scan);
  table_close(table, AccessShareLock);
  return all;
}

void require_supported_constraints(Relation table) {
  const Constraints all = pg::call([&] { return constraints_of(RelationGetRelid(table)); });
  for (std::size_t i = 0; i < all.count; ++i) check_constraint(table, all.rows[i]);

  // Foreign keys of others show in our triggers; pg_constraint has no index that finds them.
  for (int i = 0; table->trigdesc != nullptr && i < table->trigdesc->numtriggers; ++i) {
    const Trigger& trigger = table->trigdesc->triggers[i];
    if (pg::call([&] { return RI_FKey_trigger_type(trigger.tgfoid); }) != RI_TRIGGER_PK) continue;
    const char* name = pg::call([&] { return get_constraint_name(trigger.tgconstraint); });
    require_no_hypertable(table, trigger.tgconstrrelid, name);
  }
}

/// What the check needs of one index, so that no index stays open while it throws.
struct IndexFacts {
  NameData name;
  bool usable;
  bool unique;
  bool has_column;
};

IndexFacts facts_of(Oid index_oid, AttrNumber column) {
  Relation index = index_open(index_oid, AccessExclusiveLock);
  const FormData_pg_index& row = *index->rd_index;
  IndexFacts facts = {index->rd_rel->relname, row.indisvalid && row.indisready, row.indisunique,
                      false};
  for (int i = 0; i < row.indnkeyatts; ++i) {
    if (row.indkey.values[i] == column) facts.has_column = true;
  }
  index_close(index, NoLock);
  return facts;
}

void require_supported_indexes(Relation table, const Dimension& dimension) {
  List* indexes = pg::call([&] { return RelationGetIndexList(table); });
  for (int i = 0; i < list_length(indexes); ++i) {
    const IndexFacts index =
        pg::call([&] { return facts_of(list_nth_oid(indexes, i), dimension.column); });
    if (!index.usable) {
      refuse(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
             "index " + quoted(NameStr(index.name)) + " is not valid", {},
             "Drop it, or run REINDEX INDEX, first.");
    }
    if (index.unique && !index.has_column) {
      refuse(pg::kBadHypertableIndexDefinition,
             "unique index " + quoted(NameStr(index.name)) + " lacks column " +
                 quoted(NameStr(dimension.name)),
             "A unique index of a hypertable must contain its primary dimension.");
    }
  }
}

/// The first publication that would send changes under the names of chunks, or null.
const char* unfit_publication(Relation table) {
  if (!is_publishable_relation(table)) return nullptr;
  List* publications = list_concat(list_concat(GetRelationPublications(RelationGetRelid(table)),
                                               GetSchemaPublications(RelationGetNamespace(table))),
                                   GetAllTablesPublications());
  ListCell* cell;
  foreach (cell, publications) {
    const Publication* publication = GetPublication(lfirst_oid(cell));
    if (!publication->pubviaroot) return publication->name;
  }
  return nullptr;
}

void require_fit_publications(Relation table) {
  const char* name = pg::call([&] { return unfit_publication(table); });
  if (name == nullptr) return;
  refuse(pg::kOperationNotSupported,
         "publication " + quoted(name) + " would publish chunks instead of table " + name_of(table),
         {}, "Run ALTER PUBLICATION " + quoted(name) + " SET (publish_via_partition_root = true).");
}

}  // namespace

void require_own_table(Oid relation) {
  const char* name = pg::call([&] { return get_rel_name(relation); });
  if (name == nullptr) {
    refuse(ERRCODE_UNDEFINED_TABLE,
           "relation with OID " + std::to_string(relation) + " does not exist");
  }
  const bool owns = pg::call([&] { return pg_class_ownercheck(relation, GetUserId()); });
  if (!owns) refuse(ERRCODE_INSUFFICIENT_PRIVILEGE, "must be owner of table " + std::string(name));
  if (catalog::cached_hypertable(relation) != nullptr) return;
  require_table(pg::call([&] { return get_rel_relkind(relation); }), quoted(name));
  require_user_table(relation, quoted(name));
}

void require_convertible(Relation table, const Dimension& dimension) {
  require_ordinary_storage(table);
  require_no_inheritance(table);
  require_no_rules_or_odd_triggers(table);
  require_supported_constraints(table);
  require_supported_indexes(table, dimension);
  require_fit_publications(table);
}

}  // namespace varve::hypertable
