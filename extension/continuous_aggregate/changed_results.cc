#include "extension/continuous_aggregate/changed_results.h"

#include <algorithm>
#include <span>
#include <utility>

#include "extension/continuous_aggregate/results_loader.h"
#include "extension/continuous_aggregate/sql.h"

#include "extension/pg/boundary.h"
#include "extension/pg/grow.h"
extern "C" {
#include <access/relation.h>
#include <access/xact.h>
#include <catalog/pg_type.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <parser/parse_oper.h>
#include <tcop/dest.h>
#include <utils/builtins.h>
#include <utils/memutils.h>
#include <utils/queryenvironment.h>
#include <utils/rel.h>
#include <utils/snapmgr.h>
}

namespace varve::continuous_aggregate {
namespace {

constexpr const char* kNewResults = "varve_new_results";

/// Hands the rows of a query to `take`, until that gives false.
template <class Take>
void for_each_row(const char* query, Take take) {
  struct Receiver {
    DestReceiver base;
    Take* take;
  };
  Receiver receiver = {};
  receiver.base = {[](TupleTableSlot* row, DestReceiver* base) {
                     return (*reinterpret_cast<Receiver*>(base)->take)(*row);
                   },
                   [](DestReceiver*, int, TupleDesc) {}, [](DestReceiver*) {}, [](DestReceiver*) {},
                   DestNone};
  receiver.take = &take;
  SPIExecuteOptions options = {};
  options.must_return_tuples = true;
  options.dest = &receiver.base;
  const int result = SPI_execute_extended(query, &options);
  if (result < 0) elog(ERROR, "\"%s\" failed: %s", query, SPI_result_code_string(result));
}

/// In the current memory context.
TupleDesc columns_of(Oid relation) {
  Relation table = relation_open(relation, AccessShareLock);
  TupleDesc columns = CreateTupleDescCopy(RelationGetDescr(table));
  relation_close(table, NoLock);
  return columns;
}

/// Of rows that begin with their place.
TupleDesc with_place(TupleDesc columns) {
  TupleDesc all = CreateTemplateTupleDesc(columns->natts + 1);
  TupleDescInitEntry(all, 1, "place", INT8OID, -1, 0);
  for (int i = 1; i <= columns->natts; ++i) {
    TupleDescCopyEntry(all, static_cast<AttrNumber>(i + 1), columns, static_cast<AttrNumber>(i));
  }
  return all;
}

Tuplesortstate* make_sort(TupleDesc columns, AttrNumber column) {
  const FormData_pg_attribute& attribute = *TupleDescAttr(columns, column - 1);
  Oid less = InvalidOid;
  get_sort_group_operators(attribute.atttypid, true, false, false, &less, nullptr, nullptr,
                           nullptr);
  Oid collation = attribute.attcollation;
  bool nulls_first = false;
  return tuplesort_begin_heap(columns, 1, &column, &less, &collation, &nulls_first,
                              maintenance_work_mem, nullptr, TUPLESORT_NONE);
}

/// Puts values, which are not copied, into a virtual row from column `first` on.
void fill(TupleTableSlot& row, int first, const Datum* values, const bool* nulls, int count) {
  std::copy_n(values, count, row.tts_values + first);
  std::copy_n(nulls, count, row.tts_isnull + first);
  ExecStoreVirtualTuple(&row);
}

/// INSERT of rows of a tuplestore, which finds their chunks as any other.
void insert_rows(Oid table, TupleDesc columns, Tuplestorestate* rows) {
  EphemeralNamedRelationData relation = {};
  relation.md.name = pstrdup(kNewResults);
  relation.md.reliddesc = InvalidOid;
  relation.md.tupdesc = columns;
  relation.md.enrtype = ENR_NAMED_TUPLESTORE;
  relation.md.enrtuples = static_cast<double>(tuplestore_tuple_count(rows));
  relation.reldata = rows;
  SPI_register_relation(&relation);
  const char* names = column_list(table);
  const char* statement = psprintf("INSERT INTO %s (%s) SELECT %s FROM %s", qualified_name(table),
                                   names, names, kNewResults);
  const int result = SPI_execute(statement, false, 0);
  SPI_unregister_relation(kNewResults);
  if (result < 0) elog(ERROR, "\"%s\" failed: %s", statement, SPI_result_code_string(result));
}

}  // namespace

ChangedResults::ChangedResults(Oid materialization, AttrNumber bucket_column, const Bitmapset* key,
                               std::int64_t max_rows)
    : table_(materialization),
      columns_({columns_of(materialization), bucket_column, key}),
      images_(columns_.all, key),
      max_rows_(max_rows),
      memory_(CurrentMemoryContext),
      new_(make_sort(columns_.all, bucket_column)) {}

bool ChangedResults::read_stored(const char* query) {
  bool fits = true;
  for_each_row(query, [&](TupleTableSlot& row) { return fits = take_stored(row); });
  return fits;
}

/// False where the row does not fit.
bool ChangedResults::take_stored(TupleTableSlot& row) {
  if (std::cmp_greater_equal(stored_.size(), max_rows_)) return false;
  const Image image = images_.of(row, 2);
  const MemoryContext before = MemoryContextSwitchTo(memory_);
  if (stored_.is_full()) pg::grow(stored_);
  const std::uint32_t chunk = number_of(DatumGetObjectId(row.tts_values[0]));
  MemoryContextSwitchTo(before);
  if (chunk >= Place::kMaxChunks) return false;
  const auto* tid = reinterpret_cast<ItemPointer>(DatumGetPointer(row.tts_values[1]));
  stored_.add(image, {chunk, ItemPointerGetBlockNumber(tid), ItemPointerGetOffsetNumber(tid)});
  return true;
}

std::uint32_t ChangedResults::number_of(Oid chunk) {
  for (int i = list_length(chunks_); i-- > 0;) {  // mostly that of the row before
    if (list_nth_oid(chunks_, i) == chunk) return static_cast<std::uint32_t>(i);
  }
  chunks_ = lappend_oid(chunks_, chunk);
  return static_cast<std::uint32_t>(list_length(chunks_) - 1);
}

void ChangedResults::forget_stored() {
  pfree(stored_.memory().data());
  stored_ = {};
}

void ChangedResults::read_new(const char* query) {
  for_each_row(query, [&](TupleTableSlot& row) {
    take_new(row);
    return true;
  });
}

void ChangedResults::take_new(TupleTableSlot& row) {
  if (stored_.size() == 0) return put_new(row);
  const ResultTable::Taken taken = stored_.take(images_.of(row, 0));
  switch (taken.match) {
    case ResultTable::Match::kNone: return put_new(row);
    case ResultTable::Match::kOther: return put_changed(taken.place, row);
    case ResultTable::Match::kSame: return;
  }
}

void ChangedResults::put_new(TupleTableSlot& row) {
  tuplesort_puttupleslot(new_, &row);
  ++new_count_;
}

void ChangedResults::put_changed(const Place& place, TupleTableSlot& row) {
  if (changed_ == nullptr) {
    const MemoryContext before = MemoryContextSwitchTo(memory_);
    TupleDesc columns = with_place(columns_.all);
    changed_ = make_sort(columns, 1);
    changed_row_ = MakeSingleTupleTableSlot(columns, &TTSOpsVirtual);
    MemoryContextSwitchTo(before);
  }
  ExecClearTuple(changed_row_);
  changed_row_->tts_values[0] = Int64GetDatum(place.number());
  changed_row_->tts_isnull[0] = false;
  fill(*changed_row_, 1, row.tts_values, row.tts_isnull, columns_.all->natts);
  tuplesort_puttupleslot(changed_, changed_row_);
}

void ChangedResults::delete_gone() {
  if (stored_.size() == 0) return;
  auto* places =
      static_cast<Place*>(palloc_extended(sizeof(Place) * stored_.size(), MCXT_ALLOC_HUGE));
  Place* end = places;
  stored_.for_each([&](const ResultTable::Entry& entry) { *end++ = entry.place; });
  std::sort(places, end);
  ChunksOfResults chunks(chunks_, columns_, changes_of_results(table_));
  for (const Place& place : std::span(places, end)) chunks.at(place).remove(place);
  chunks.end();
  pfree(places);
}

void ChangedResults::replace_changed() {
  if (changed_ == nullptr) return;
  tuplesort_performsort(changed_);
  const int count = columns_.all->natts;
  TupleTableSlot* row =
      MakeSingleTupleTableSlot(changed_row_->tts_tupleDescriptor, &TTSOpsMinimalTuple);
  TupleTableSlot* new_row = MakeSingleTupleTableSlot(columns_.all, &TTSOpsVirtual);
  ChunksOfResults chunks(chunks_, columns_, changes_of_results(table_));
  while (tuplesort_gettupleslot(changed_, true, false, row, nullptr)) {
    slot_getallattrs(row);
    const Place place = Place::of(DatumGetInt64(row->tts_values[0]));
    ExecClearTuple(new_row);
    fill(*new_row, 0, row->tts_values + 1, row->tts_isnull + 1, count);
    ChunkOfResults& chunk = chunks.at(place);
    if (chunk.replace(place, *new_row)) continue;
    chunk.remove(place);
    put_new(*new_row);
  }
  chunks.end();
  ExecDropSingleTupleTableSlot(new_row);
  ExecDropSingleTupleTableSlot(row);
  ExecDropSingleTupleTableSlot(changed_row_);
  tuplesort_end(changed_);
}

/// Gives the rows of chunks that exist.
Tuplestorestate* ChangedResults::load_new_chunks() {
  Tuplestorestate* rest = tuplestore_begin_heap(false, false, work_mem);
  TupleTableSlot* row = MakeSingleTupleTableSlot(columns_.all, &TTSOpsMinimalTuple);
  tuplesort_performsort(new_);
  PushActiveSnapshot(GetTransactionSnapshot());
  ResultsLoader loader(table_, columns_.bucket);
  while (tuplesort_gettupleslot(new_, true, false, row, nullptr)) {
    if (!loader.take(*row)) tuplestore_puttupleslot(rest, row);
  }
  loader.finish();
  PopActiveSnapshot();
  ExecDropSingleTupleTableSlot(row);
  return rest;
}

void ChangedResults::insert_new() {
  if (new_count_ > 0) {
    Tuplestorestate* rest = load_new_chunks();
    if (tuplestore_tuple_count(rest) > 0) insert_rows(table_, columns_.all, rest);
    tuplestore_end(rest);
  }
  tuplesort_end(new_);
}

}  // namespace varve::continuous_aggregate
