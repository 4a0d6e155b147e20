#include "extension/continuous_aggregate/chunk_of_results.h"

#include "extension/chunk/coordinate.h"
#include "extension/columnar/tid.h"

#include "extension/pg/boundary.h"
#include "extension/pg/executor.h"
extern "C" {
#include <access/table.h>
#include <access/tableam.h>
#include <access/xact.h>
#include <catalog/catalog.h>
#include <catalog/pg_class.h>
#include <catalog/pg_publication.h>
#include <miscadmin.h>
#include <storage/itemptr.h>
#include <utils/lsyscache.h>
#include <utils/relcache.h>
#include <utils/snapmgr.h>
}

namespace varve::continuous_aggregate {
namespace {

ItemPointerData tid_of(const Place& place) {
  ItemPointerData tid;
  ItemPointerSet(&tid, place.block, place.offset);
  return tid;
}

/// Whether subscribers, if any, can follow an update of the table's rows. One that they cannot
/// follow would stop them, or be left out, where they get deletions and insertions.
bool can_publish_updates(Relation table) {
  if (!RelationIsLogicallyLogged(table)) return true;
  PublicationDesc publication;
  RelationBuildPublicationDesc(table, &publication);
  const PublicationActions& actions = publication.pubactions;
  if (!actions.pubinsert && !actions.pubdelete) return true;
  const bool has_identity = table->rd_rel->relreplident == REPLICA_IDENTITY_FULL ||
                            OidIsValid(RelationGetReplicaIndex(table));
  return actions.pubupdate && has_identity && publication.rf_valid_for_update &&
         publication.cols_valid_for_update;
}

}  // namespace

ChunkOfResults::ChunkOfResults(Oid chunk, const ResultColumns& columns, Changes* changes)
    : columns_(columns),
      changes_(changes),
      chunk_(table_open(chunk, RowExclusiveLock)),
      snapshot_(GetActiveSnapshot()),
      bucket_(get_attnum(chunk, NameStr(TupleDescAttr(columns.all, columns.bucket - 1)->attname))),
      bucket_type_(getBaseType(get_atttype(chunk, bucket_))),
      old_row_(changes != nullptr ? table_slot_create(chunk_, nullptr) : nullptr) {}

/// Tells aggregates over this one of the bucket of a row.
void ChunkOfResults::note(TupleTableSlot* row) {
  bool is_null = true;
  const Datum value = slot_getattr(row, bucket_, &is_null);
  if (!is_null) pg::entry([&] { changes_->add(chunk::coordinate_of(value, bucket_type_)); });
}

void ChunkOfResults::note_stored(ItemPointer tid) {
  if (changes_ == nullptr) return;
  // Where it is gone changing it fails.
  if (!table_tuple_fetch_row_version(chunk_, tid, snapshot_, old_row_)) return;
  note(old_row_);
  ExecClearTuple(old_row_);
}

void ChunkOfResults::remove(const Place& place) {
  ItemPointerData tid = tid_of(place);
  note_stored(&tid);
  simple_table_tuple_delete(chunk_, &tid, snapshot_);
}

void ChunkOfResults::open_for_replacing() {
  executor_ = CreateExecutorState();
  const MemoryContext before = MemoryContextSwitchTo(executor_->es_query_cxt);
  target_ = makeNode(ResultRelInfo);
  InitResultRelInfo(target_, chunk_, 0, nullptr, 0);
  ExecOpenIndices(target_, false);
  map_ = convert_tuples_by_name(columns_.all, RelationGetDescr(chunk_));
  if (map_ != nullptr) new_row_ = table_slot_create(chunk_, nullptr);
  MemoryContextSwitchTo(before);
  is_replaceable_ = is_replaceable();
}

/// Triggers of users, and constraints that a row could break which it replaces only later, are
/// those of deletions and insertions.
bool ChunkOfResults::is_replaceable() const {
  const TupleConstr* constraints = RelationGetDescr(chunk_)->constr;
  if (chunk_->trigdesc != nullptr) return false;
  if (constraints != nullptr && constraints->has_generated_stored) return false;
  for (int i = 0; i < target_->ri_NumIndices; ++i) {
    const IndexInfo& index = *target_->ri_IndexRelationInfo[i];
    const bool is_unique = index.ii_Unique || index.ii_ExclusionOps != nullptr;
    if (is_unique && !has_key_of(index)) return false;
  }
  return can_publish_updates(chunk_);
}

/// Whether the index is one over columns of the key, which stay as they are.
bool ChunkOfResults::has_key_of(const IndexInfo& index) const {
  for (int i = 0; i < index.ii_NumIndexKeyAttrs; ++i) {
    AttrNumber column = index.ii_IndexAttrNumbers[i];
    if (column > 0 && map_ != nullptr) column = map_->attrMap->attnums[column - 1];
    if (column <= 0 || !bms_is_member(column, columns_.key)) return false;
  }
  return index.ii_Predicate == NIL;
}

/// The row with the columns of the chunk.
TupleTableSlot* ChunkOfResults::of_chunk(TupleTableSlot& row) {
  return map_ != nullptr ? execute_attr_map_slot(map_->attrMap, &row, new_row_) : &row;
}

bool ChunkOfResults::replace(const Place& place, TupleTableSlot& row) {
  ItemPointerData tid = tid_of(place);
  // The new version of a columnar row goes elsewhere, with entries in all indexes, in any case.
  if (columnar::is_columnar(&tid)) return false;
  if (executor_ == nullptr) open_for_replacing();
  if (!is_replaceable_) return false;
  TupleTableSlot* new_row = of_chunk(row);
  ResetPerTupleExprContext(executor_);
  // Another chunk's, by a second dimension that is no part of the key, or as hashes of keys
  // collided.
  if (!ExecPartitionCheck(target_, new_row, executor_, false)) return false;
  if (RelationGetDescr(chunk_)->constr != nullptr) ExecConstraints(target_, new_row, executor_);
  note_stored(&tid);
  if (changes_ != nullptr) note(new_row);
  bool needs_entries = false;
  simple_table_tuple_update(chunk_, &tid, new_row, snapshot_, &needs_entries);
  // Not as those of a new version: an index would look for entries of old ones that it can remove,
  // 3 us a row, and find those that this transaction has made old.
  if (needs_entries) pg::insert_index_entries(*target_, *new_row, *executor_);
  return true;
}

void ChunkOfResults::close() {
  if (old_row_ != nullptr) ExecDropSingleTupleTableSlot(old_row_);
  if (executor_ != nullptr) {
    if (new_row_ != nullptr) ExecDropSingleTupleTableSlot(new_row_);
    ExecCloseIndices(target_);
    FreeExecutorState(executor_);
  }
  table_close(chunk_, NoLock);
}

ChunksOfResults::ChunksOfResults(const List* chunks, const ResultColumns& columns, Changes* changes)
    : chunks_(chunks), columns_(columns), changes_(changes) {
  PushActiveSnapshot(GetTransactionSnapshot());
}

ChunkOfResults& ChunksOfResults::at(const Place& place) {
  CHECK_FOR_INTERRUPTS();
  if (!open_ || number_ != place.chunk) {
    if (open_) open_->close();
    number_ = place.chunk;
    open_.emplace(list_nth_oid(chunks_, static_cast<int>(number_)), columns_, changes_);
  }
  return *open_;
}

void ChunksOfResults::end() {
  if (open_) open_->close();
  PopActiveSnapshot();
  CommandCounterIncrement();
}

}  // namespace varve::continuous_aggregate
