#include "extension/columnstore/full_indexes.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/catalog/scan.h"
#include "extension/columnstore/complete_index.h"
#include "extension/job/catalog_sql.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/index.h>
#include <catalog/namespace.h>
#include <catalog/partition.h>
#include <catalog/pg_am.h>
#include <catalog/pg_type.h>
#include <utils/array.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
}

namespace varve::columnstore {
namespace {

/// The index that all partitions belong to; the index itself where it is none.
Oid topmost(Oid index) {
  while (get_rel_relispartition(index)) {
    const Oid parent = get_partition_parent(index, true);
    if (!OidIsValid(parent)) break;
    index = parent;
  }
  return index;
}

std::int32_t hypertable_of(Oid index) {
  const Oid table = IndexGetRelation(index, true);
  return OidIsValid(table) ? catalog::cached_hypertable_id(table) : 0;
}

bool contains(Datum array, const char* name) {
  Datum* names;
  int count;
  deconstruct_array(DatumGetArrayTypeP(array), NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &names,
                    nullptr, &count);
  for (int i = 0; i < count; ++i) {
    if (strcmp(NameStr(*DatumGetName(names[i])), name) == 0) return true;
  }
  return false;
}

/// Whether the option names the index. Asks without SPI, which workers that build an index lack.
bool is_named(std::int32_t hypertable_id, const char* name) {
  const Oid schema = get_namespace_oid("varve_catalog", true);
  const Oid oid = OidIsValid(schema) ? get_relname_relid("columnstore", schema) : InvalidOid;
  if (!OidIsValid(oid)) return false;
  const Oid key_index = get_relname_relid("columnstore_pkey", schema);
  const AttrNumber column = get_attnum(oid, "full_indexes");
  ScanKeyData key;
  ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(hypertable_id));
  Relation table = table_open(oid, AccessShareLock);
  bool found = false;
  catalog::for_each_row(table, key_index, &key, [&](HeapTuple row) {
    bool is_null;
    const Datum names = heap_getattr(row, column, RelationGetDescr(table), &is_null);
    found = !is_null && contains(names, name);
  });
  table_close(table, AccessShareLock);
  return found;
}

bool is_named(Oid index) {
  const Oid top = topmost(index);
  if (top == index) return false;
  const std::int32_t hypertable = hypertable_of(top);
  return hypertable != 0 && is_named(hypertable, get_rel_name(top));
}

/// Whether two indexes of a table have the same entries in the same order.
bool is_alike(Relation a, Relation b) {
  const int keys = IndexRelationGetNumberOfKeyAttributes(a);
  const int columns = IndexRelationGetNumberOfAttributes(a);
  const auto same = [](const auto* x, const auto* y, int count) {
    return memcmp(x, y, sizeof *x * static_cast<std::size_t>(count)) == 0;
  };
  return a->rd_rel->relam == b->rd_rel->relam && columns == IndexRelationGetNumberOfAttributes(b) &&
         keys == IndexRelationGetNumberOfKeyAttributes(b) &&
         same(a->rd_index->indkey.values, b->rd_index->indkey.values, columns) &&
         same(a->rd_opfamily, b->rd_opfamily, keys) &&
         same(a->rd_indcollation, b->rd_indcollation, keys) &&
         same(a->rd_indoption, b->rd_indoption, keys) &&
         equal(RelationGetIndexExpressions(a), RelationGetIndexExpressions(b)) &&
         equal(RelationGetIndexPredicate(a), RelationGetIndexPredicate(b));
}

/// Whether one is named that the index, which is not valid yet, may be about to replace.
bool is_one_alike_named(Relation chunk, Relation index) {
  bool found = false;
  ListCell* cell;
  foreach (cell, RelationGetIndexList(chunk)) {
    const Oid other = lfirst_oid(cell);
    if (found || other == RelationGetRelid(index) || !is_named(other)) continue;
    Relation sibling = index_open(other, AccessShareLock);
    found = is_alike(index, sibling);
    index_close(sibling, AccessShareLock);
  }
  return found;
}

Oid index_of(Oid hypertable, const char* name) {
  Relation table = table_open(hypertable, AccessShareLock);
  Oid found = InvalidOid;
  ListCell* cell;
  foreach (cell, RelationGetIndexList(table)) {
    if (strcmp(get_rel_name(lfirst_oid(cell)), name) == 0) found = lfirst_oid(cell);
  }
  table_close(table, NoLock);
  return found;
}

void check_kind(Oid index, const char* name) {
  Relation relation = index_open(index, AccessShareLock);
  const Oid method = relation->rd_rel->relam;
  index_close(relation, AccessShareLock);
  if (method == BTREE_AM_OID || method == HASH_AM_OID) return;
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("index \"%s\" cannot have entries for rows in columns", name),
                  errdetail("Indexes of the kinds btree and hash can.")));
}

}  // namespace

bool is_wanted_full(Relation chunk, Relation index) {
  if (is_named(RelationGetRelid(index))) return true;
  return !index->rd_index->indisvalid && is_one_alike_named(chunk, index);
}

void check_full_indexes(Oid hypertable, const List* names) {
  ListCell* cell;
  foreach (cell, names) {
    const auto* name = static_cast<const char*>(lfirst(cell));
    const Oid index = index_of(hypertable, name);
    if (!OidIsValid(index)) {
      ereport(ERROR,
              (errcode(ERRCODE_UNDEFINED_OBJECT),
               errmsg("hypertable \"%s\" has no index \"%s\"", get_rel_name(hypertable), name)));
    }
    check_kind(index, name);
  }
}

void build_full_indexes(Oid chunk) {
  Relation table = table_open(chunk, NoLock);
  List* wanted = NIL;
  ListCell* cell;
  foreach (cell, RelationGetIndexList(table)) {
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    if (is_wanted_full(table, index) && !is_complete(table, index)) {
      wanted = lappend_oid(wanted, lfirst_oid(cell));
    }
    index_close(index, NoLock);
  }
  const char persistence = table->rd_rel->relpersistence;
  table_close(table, NoLock);
  foreach (cell, wanted) {
    ReindexParams parameters = {};
    reindex_index(lfirst_oid(cell), false, persistence, &parameters);
    CommandCounterIncrement();
  }
}

void follow_index(Oid index, const char* before, const char* after) {
  using job::Argument;
  const std::int32_t id = hypertable_of(index);
  if (id == 0) return;
  job::as_catalog_owner([&] {
    if (after != nullptr) {
      job::execute(
          "UPDATE varve_catalog.columnstore SET "
          "full_indexes = array_replace(full_indexes, $2::name, $3::name) "
          "WHERE hypertable_id = $1 AND $2::name = ANY (full_indexes)",
          {Argument::integer(id), Argument::text(before), Argument::text(after)});
    } else {
      job::execute(
          "UPDATE varve_catalog.columnstore SET "
          "full_indexes = array_remove(full_indexes, $2::name) "
          "WHERE hypertable_id = $1 AND $2::name = ANY (full_indexes)",
          {Argument::integer(id), Argument::text(before)});
    }
  });
}

}  // namespace varve::columnstore
