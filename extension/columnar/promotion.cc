#include "extension/columnar/promotion.h"

#include "extension/columnar/index_entry.h"
#include "extension/columnar/key_lookup.h"
#include "extension/columnar/key_table.h"
#include "extension/columnar/row_lock.h"
#include "extension/columnar/tid.h"
#include "extension/columnstore/complete_index.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/genam.h>
#include <access/nbtree.h>
#include <access/tableam.h>
#include <utils/lsyscache.h>
#include <utils/snapmgr.h>
}

namespace varve::columnar {
namespace {

struct UniqueKey {
  ScanKeyData keys[INDEX_MAX_KEYS];
  int count = 0;  // of all columns: keys to search the index with
  ScanKeyData plain[INDEX_MAX_KEYS];
  int plain_count = 0;  // of those that are columns of the table
  bool can_be_equal = true;
};

void init_key(ScanKeyData* key, Relation index, int position, Datum value, bool is_null) {
  if (is_null) {
    ScanKeyEntryInitialize(key, SK_ISNULL | SK_SEARCHNULL, static_cast<AttrNumber>(position + 1),
                           InvalidStrategy, InvalidOid, InvalidOid, InvalidOid, 0);
    return;
  }
  const Oid family = index->rd_opfamily[position];
  const Oid type = index->rd_opcintype[position];
  const Oid operation = get_opfamily_member(family, type, type, BTEqualStrategyNumber);
  ScanKeyEntryInitialize(key, 0, static_cast<AttrNumber>(position + 1), BTEqualStrategyNumber, type,
                         index->rd_indcollation[position], get_opcode(operation), value);
}

/// The keys of a row in a unique index, where other rows could have equal ones.
UniqueKey key_of(const IndexForm& form, const Datum* values, const bool* nulls) {
  UniqueKey key;
  const Form_pg_index definition = form.definition();
  for (int i = 0; i < definition->indnkeyatts; ++i) {
    if (nulls[i] && !definition->indnullsnotdistinct) key.can_be_equal = false;
    init_key(&key.keys[key.count++], form.index, i, values[i], nulls[i]);
    if (definition->indkey.values[i] != 0) key.plain[key.plain_count++] = key.keys[i];
  }
  return key;
}

bool is_equal(const UniqueKey& key, const Datum* values, const bool* nulls) {
  for (int i = 0; i < key.count; ++i) {
    const ScanKeyData& each = key.keys[i];
    if ((each.sk_flags & SK_SEARCHNULL) != 0) {
      if (!nulls[i]) return false;
      continue;
    }
    auto* function = const_cast<FmgrInfo*>(&each.sk_func);
    if (nulls[i] || !DatumGetBool(FunctionCall2Coll(function, each.sk_collation, values[i],
                                                    each.sk_argument))) {
      return false;
    }
  }
  return true;
}

/// Whether the index has the entry; looks at the index alone.
bool has_entry(Relation index, const UniqueKey& key, const ItemPointerData& tid) {
  IndexScanDesc scan = index_beginscan_bitmap(index, SnapshotAny, key.count);
  index_rescan(scan, const_cast<ScanKeyData*>(key.keys), key.count, nullptr, 0);
  bool found = false;
  while (!found) {
    ItemPointerData* entry = index_getnext_tid(scan, ForwardScanDirection);
    if (entry == nullptr) break;
    found = ItemPointerEquals(entry, const_cast<ItemPointerData*>(&tid));
  }
  index_endscan(scan);
  return found;
}

void promote(Relation chunk, const IndexForm& form, const UniqueKey& key, RowId id, Datum* values,
             bool* nulls) {
  ItemPointerData tid;
  set_tid(&tid, id);
  guard(chunk, id);
  if (!has_entry(form.index, key, tid)) {
    index_insert(form.index, values, nulls, &tid, chunk, UNIQUE_CHECK_NO, false, form.info);
  }
  unguard(chunk, id);
}

/// The values that the index has of a columnar row; false where its predicate leaves the row out.
bool form_key(RowAccess& rows, IndexForm& form, RowId id, TupleTableSlot** slot, Datum* values,
              bool* nulls) {
  if (form.estate != nullptr) {
    if (*slot == nullptr) *slot = table_slot_create(rows.chunk(), nullptr);
    rows.store(id, *slot);
    return form.form(*slot, values, nulls);
  }
  const std::uint32_t vector = id.row / columnstore::kVectorLength;
  const std::uint32_t at = id.row % columnstore::kVectorLength;
  const Form_pg_index definition = form.definition();
  for (int i = 0; i < definition->indnatts; ++i) {
    const columnstore::Vector& column =
        rows.reader().column(id.group, vector, definition->indkey.values[i]);
    values[i] = column.values[at];
    nulls[i] = column.nulls[at];
  }
  return true;
}

/// Promotes a row that may be equal, if it is, and may be alive.
void promote_if_equal(RowAccess& rows, IndexForm& form, const UniqueKey& key, RowId id,
                      TupleTableSlot** slot) {
  const RowHeader header = rows.headers().find_dirty(id);
  if (header.is_dead() && !TransactionIdIsValid(header.deleter)) return;
  Datum values[INDEX_MAX_KEYS] = {};
  bool nulls[INDEX_MAX_KEYS] = {};
  if (!form_key(rows, form, id, slot, values, nulls) || !is_equal(key, values, nulls)) return;
  promote(rows.chunk(), form, key, id, values, nulls);
}

/// Of the columnar rows that may be equal, promotes those that are. `values` are the new row's.
void promote_equal(RowAccess& rows, IndexForm& form, UniqueKey& key, const Datum* values,
                   const bool* nulls, TupleTableSlot** slot) {
  KeyTable* table = key_table(rows.reader(), form);
  if (table != nullptr) {
    table->rows->for_each(hash_of(*table, values, nulls),
                          [&](RowId id) { promote_if_equal(rows, form, key, id, slot); });
    return;
  }
  KeyLookup lookup(rows, form.index, key.plain, key.plain_count);
  lookup.restart(false);
  while (const auto id = lookup.next(ForwardScanDirection)) {
    promote_if_equal(rows, form, key, *id, slot);
  }
}

bool is_of_equal_row(IndexForm& form, const UniqueKey& key, TupleTableSlot* row) {
  Datum values[INDEX_MAX_KEYS];
  bool nulls[INDEX_MAX_KEYS];
  return form.form(row, values, nulls) && is_equal(key, values, nulls);
}

void check_index(RowAccess& rows, Oid index, TupleTableSlot* new_row, TupleTableSlot* old_row,
                 TupleTableSlot** slot) {
  IndexForm form = IndexForm::open(index);
  if (form.definition()->indisexclusion) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("exclusion constraint \"%s\" cannot be checked in a columnar chunk",
                           RelationGetRelationName(form.index)),
                    errdetail("Table \"%s\" has rows in columns.",
                              RelationGetRelationName(rows.chunk()))));
  }
  if (columnstore::is_complete(rows.chunk(), form.index)) {
    // PostgreSQL asks for rows while it holds a page of the index, when there is no waiting for
    // locks; now they are taken.
    rows.reader();
    rows.headers();
    return form.close();
  }
  Datum values[INDEX_MAX_KEYS];
  bool nulls[INDEX_MAX_KEYS];
  const bool is_checked = form.definition()->indisunique && form.info->ii_ReadyForInserts;
  if (is_checked && form.form(new_row, values, nulls)) {
    UniqueKey key = key_of(form, values, nulls);
    const bool has_changed = old_row == nullptr || !is_of_equal_row(form, key, old_row);
    if (key.can_be_equal && has_changed) promote_equal(rows, form, key, values, nulls, slot);
  }
  form.close();
}

/// Whether an index asks something of new rows. Looks at the relation cache alone.
bool is_constraint(Oid index) {
  Relation relation = RelationIdGetRelation(index);
  if (relation == nullptr) return false;
  const bool result = relation->rd_index->indisunique || relation->rd_index->indisexclusion;
  RelationClose(relation);
  return result;
}

}  // namespace

bool checks_rows(Relation chunk) {
  if (!columnstore::has_groups(chunk)) return false;
  List* indexes = RelationGetIndexList(chunk);
  bool result = false;
  ListCell* cell;
  foreach (cell, indexes) result = result || is_constraint(lfirst_oid(cell));
  list_free(indexes);
  return result;
}

void promote_equal_rows(Relation chunk, TupleTableSlot* new_row, TupleTableSlot* old_row) {
  if (!checks_rows(chunk)) return;
  MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "promotion of columnar rows",
                                                ALLOCSET_DEFAULT_SIZES);
  const MemoryContext before = MemoryContextSwitchTo(context);
  TupleTableSlot* slot = nullptr;
  RowAccess rows(chunk);
  ListCell* cell;
  foreach (cell, RelationGetIndexList(chunk)) {
    if (!is_constraint(lfirst_oid(cell))) continue;
    check_index(rows, lfirst_oid(cell), new_row, old_row, &slot);
  }
  rows.close();
  if (slot != nullptr) ExecDropSingleTupleTableSlot(slot);
  MemoryContextSwitchTo(before);
  MemoryContextDelete(context);
}

}  // namespace varve::columnar
