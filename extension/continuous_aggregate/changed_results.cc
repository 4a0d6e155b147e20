#include "extension/continuous_aggregate/changed_results.h"

#include <algorithm>
#include <utility>

#include "extension/continuous_aggregate/results_loader.h"
#include "extension/continuous_aggregate/sql.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/relation.h>
#include <catalog/pg_type.h>
#include <common/hashfn.h>
#include <executor/spi.h>
#include <lib/stringinfo.h>
#include <miscadmin.h>
#include <parser/parse_oper.h>
#include <storage/itemptr.h>
#include <tcop/dest.h>
#include <utils/array.h>
#include <utils/builtins.h>
#include <utils/datum.h>
#include <utils/lsyscache.h>
#include <utils/memutils.h>
#include <utils/queryenvironment.h>
#include <utils/rel.h>
#include <utils/snapmgr.h>
}

namespace varve::continuous_aggregate {
namespace {

constexpr const char* kNewResults = "varve_new_results";

/// What the row looks like: of each column its NULL, its length and its bytes.
void append(StringInfo bytes, Datum value, const FormData_pg_attribute& attribute) {
  if (attribute.attbyval) {
    appendBinaryStringInfo(bytes, reinterpret_cast<const char*>(&value), sizeof(value));
  } else if (attribute.attlen == -1) {
    const auto* data = PG_DETOAST_DATUM_PACKED(value);
    const int length = static_cast<int>(VARSIZE_ANY_EXHDR(data));
    appendBinaryStringInfo(bytes, reinterpret_cast<const char*>(&length), sizeof(length));
    appendBinaryStringInfo(bytes, VARDATA_ANY(data), length);
  } else {
    appendBinaryStringInfo(bytes, DatumGetPointer(value),
                           static_cast<int>(datumGetSize(value, false, attribute.attlen)));
  }
}

struct Receiver {
  DestReceiver base;
  TupleDesc columns;
  ResultTable* stored;
  std::int64_t max_rows;
  Tuplesortstate* fresh;
  std::int64_t fresh_count;
  bool is_full;
  StringInfoData bytes;  // of a row
  MemoryContext row_memory;
  MemoryContext table_memory;
};

/// Of the columns of a row from `offset` on.
Image image_of(TupleTableSlot& slot, Receiver& receiver, int offset) {
  slot_getallattrs(&slot);
  const MemoryContext before = MemoryContextSwitchTo(receiver.row_memory);
  StringInfo bytes = &receiver.bytes;
  resetStringInfo(bytes);
  for (int i = 0; i < receiver.columns->natts; ++i) {
    const bool is_null = slot.tts_isnull[offset + i];
    appendStringInfoCharMacro(bytes, static_cast<char>(is_null));
    if (!is_null) append(bytes, slot.tts_values[offset + i], *TupleDescAttr(receiver.columns, i));
  }
  MemoryContextSwitchTo(before);
  MemoryContextReset(receiver.row_memory);
  const auto* begin = reinterpret_cast<const unsigned char*>(bytes->data);
  return {hash_bytes_extended(begin, bytes->len, 0), hash_bytes_extended(begin, bytes->len, 1)};
}

/// Room for another row.
void grow(ResultTable& table) {
  constexpr std::size_t kFirst = 1024;
  const std::size_t size = std::max(kFirst, table.memory().size() * 2);
  auto* memory = static_cast<ResultTable::Entry*>(
      palloc_extended(size * sizeof(ResultTable::Entry), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
  const ResultTable smaller = table;
  table = ResultTable({memory, size}, smaller);
  if (!smaller.memory().empty()) pfree(smaller.memory().data());
}

void start(DestReceiver*, int, TupleDesc) {}
void shut_down(DestReceiver*) {}

bool receive_stored(TupleTableSlot* slot, DestReceiver* base) {
  auto& receiver = *reinterpret_cast<Receiver*>(base);
  receiver.is_full = std::cmp_greater_equal(receiver.stored->size(), receiver.max_rows);
  if (receiver.is_full) return false;
  const Image image = image_of(*slot, receiver, 2);
  if (receiver.stored->is_full()) {
    const MemoryContext before = MemoryContextSwitchTo(receiver.table_memory);
    grow(*receiver.stored);
    MemoryContextSwitchTo(before);
  }
  const auto* place = reinterpret_cast<ItemPointer>(DatumGetPointer(slot->tts_values[1]));
  receiver.stored->add(image,
                       {DatumGetObjectId(slot->tts_values[0]), ItemPointerGetBlockNumber(place),
                        ItemPointerGetOffsetNumber(place)});
  return true;
}

bool receive_new(TupleTableSlot* slot, DestReceiver* base) {
  auto& receiver = *reinterpret_cast<Receiver*>(base);
  ResultTable& stored = *receiver.stored;
  if (stored.size() > 0 && stored.take(image_of(*slot, receiver, 0))) return true;
  tuplesort_puttupleslot(receiver.fresh, slot);
  ++receiver.fresh_count;
  return true;
}

using Receive = bool (*)(TupleTableSlot*, DestReceiver*);

void run(Receiver& receiver, Receive receive, const char* query) {
  receiver.base = {receive, start, shut_down, shut_down, DestNone};
  initStringInfo(&receiver.bytes);
  receiver.table_memory = CurrentMemoryContext;
  receiver.row_memory =
      AllocSetContextCreate(CurrentMemoryContext, "row of results", ALLOCSET_SMALL_SIZES);
  SPIExecuteOptions options = {};
  options.must_return_tuples = true;
  options.dest = &receiver.base;
  const int result = SPI_execute_extended(query, &options);
  if (result < 0) elog(ERROR, "\"%s\" failed: %s", query, SPI_result_code_string(result));
  MemoryContextDelete(receiver.row_memory);
  pfree(receiver.bytes.data);
}

struct StoredRow {
  Oid chunk;
  ItemPointerData place;
};

int by_place(const void* a, const void* b) {
  const auto* one = static_cast<const StoredRow*>(a);
  const auto* other = static_cast<const StoredRow*>(b);
  if (one->chunk != other->chunk) return one->chunk < other->chunk ? -1 : 1;
  return ItemPointerCompare(const_cast<ItemPointerData*>(&one->place),
                            const_cast<ItemPointerData*>(&other->place));
}

void delete_places(Oid chunk, StoredRow* rows, int count) {
  auto* places = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<std::size_t>(count)));
  for (int i = 0; i < count; ++i) places[i] = PointerGetDatum(&rows[i].place);
  Oid type = get_array_type(TIDOID);
  Datum array = PointerGetDatum(
      construct_array(places, count, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT));
  const char* statement =
      psprintf("DELETE FROM ONLY %s WHERE ctid = ANY ($1)", qualified_name(chunk));
  const int result = SPI_execute_with_args(statement, 1, &type, &array, nullptr, false, 0);
  if (result < 0) elog(ERROR, "\"%s\" failed: %s", statement, SPI_result_code_string(result));
  if (SPI_processed != static_cast<uint64>(count)) {
    elog(ERROR, "stored results of \"%s\" have changed under the lock of their range",
         get_rel_name(chunk));
  }
}

/// In the current memory context.
TupleDesc columns_of(Oid relation) {
  Relation table = relation_open(relation, AccessShareLock);
  TupleDesc columns = CreateTupleDescCopy(RelationGetDescr(table));
  relation_close(table, NoLock);
  return columns;
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

ChangedResults::ChangedResults(Oid materialization, AttrNumber bucket_column, std::int64_t max_rows)
    : table_(materialization),
      bucket_column_(bucket_column),
      columns_(columns_of(materialization)),
      max_rows_(max_rows),
      new_(make_sort(columns_, bucket_column)) {}

bool ChangedResults::read_stored(const char* query) {
  Receiver receiver = {};
  receiver.columns = columns_;
  receiver.stored = &stored_;
  receiver.max_rows = max_rows_;
  run(receiver, receive_stored, query);
  return !receiver.is_full;
}

void ChangedResults::forget_stored() {
  pfree(stored_.memory().data());
  stored_ = {};
}

void ChangedResults::read_new(const char* query) {
  Receiver receiver = {};
  receiver.columns = columns_;
  receiver.stored = &stored_;
  receiver.fresh = new_;
  run(receiver, receive_new, query);
  new_count_ = receiver.fresh_count;
}

void ChangedResults::delete_gone() {
  const auto count = static_cast<int>(stored_.size());
  if (count == 0) return;
  auto* rows = static_cast<StoredRow*>(
      palloc_extended(sizeof(StoredRow) * static_cast<std::size_t>(count), MCXT_ALLOC_HUGE));
  int filled = 0;
  stored_.for_each([&](const ResultTable::Entry& entry) {
    StoredRow& row = rows[filled++];
    row.chunk = entry.place.chunk;
    ItemPointerSet(&row.place, entry.place.block, entry.place.offset);
  });
  pg_qsort(rows, static_cast<std::size_t>(count), sizeof(StoredRow), by_place);
  constexpr int kAtATime = 10'000;
  for (int begin = 0; begin < count;) {
    int end = begin;
    while (end < count && rows[end].chunk == rows[begin].chunk && end - begin < kAtATime) ++end;
    delete_places(rows[begin].chunk, rows + begin, end - begin);
    begin = end;
  }
}

/// Gives the rows of chunks that exist.
Tuplestorestate* ChangedResults::load_new_chunks() {
  Tuplestorestate* rest = tuplestore_begin_heap(false, false, work_mem);
  TupleTableSlot* row = MakeSingleTupleTableSlot(columns_, &TTSOpsMinimalTuple);
  tuplesort_performsort(new_);
  PushActiveSnapshot(GetTransactionSnapshot());
  ResultsLoader loader(table_, bucket_column_);
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
    if (tuplestore_tuple_count(rest) > 0) insert_rows(table_, columns_, rest);
    tuplestore_end(rest);
  }
  tuplesort_end(new_);
}

}  // namespace varve::continuous_aggregate
