#include "extension/continuous_aggregate/changed_results.h"

#include "extension/continuous_aggregate/sql.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/pg_type.h>
#include <common/hashfn.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <storage/itemptr.h>
#include <tcop/dest.h>
#include <utils/array.h>
#include <utils/builtins.h>
#include <utils/datum.h>
#include <utils/lsyscache.h>
#include <utils/memutils.h>
#include <utils/queryenvironment.h>
}

namespace varve::continuous_aggregate {
namespace {

constexpr const char* kNewResults = "varve_new_results";

struct Image {
  uint64 first;
  uint64 second;
  uint64 copy;  // of rows that are the same
};

struct StoredRow {
  Image image;  // the key
  Oid chunk;
  ItemPointerData place;
};

void add(Image& image, const void* bytes, std::size_t length) {
  const auto* begin = static_cast<const unsigned char*>(bytes);
  const int size = static_cast<int>(length);
  image.first = hash_combine64(image.first, hash_bytes_extended(begin, size, 0));
  image.second = hash_combine64(image.second, hash_bytes_extended(begin, size, 1));
}

void add(Image& image, Datum value, const FormData_pg_attribute& attribute) {
  if (attribute.attbyval) {
    add(image, &value, sizeof(value));
  } else if (attribute.attlen == -1) {
    const auto* data = PG_DETOAST_DATUM_PACKED(value);
    add(image, VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data));
  } else {
    add(image, DatumGetPointer(value), datumGetSize(value, false, attribute.attlen));
  }
}

/// Of the columns of a row from `offset` on.
Image image_of(TupleTableSlot& slot, TupleDesc columns, int offset) {
  Image image = {0, 0, 0};
  for (int i = 0; i < columns->natts; ++i) {
    const bool is_null = slot.tts_isnull[offset + i];
    add(image, &is_null, sizeof(is_null));
    if (!is_null) add(image, slot.tts_values[offset + i], *TupleDescAttr(columns, i));
  }
  return image;
}

struct Receiver {
  DestReceiver base;
  TupleDesc columns;
  HTAB* stored;
  std::int64_t max_rows;
  Tuplestorestate* fresh;
  std::int64_t fresh_count;
  bool is_full;
  MemoryContext row_memory;
};

void start(DestReceiver*, int, TupleDesc) {}
void shut_down(DestReceiver*) {}

bool receive_stored(TupleTableSlot* slot, DestReceiver* base) {
  auto& receiver = *reinterpret_cast<Receiver*>(base);
  receiver.is_full = hash_get_num_entries(receiver.stored) >= receiver.max_rows;
  if (receiver.is_full) return false;
  slot_getallattrs(slot);
  const MemoryContext before = MemoryContextSwitchTo(receiver.row_memory);
  Image image = image_of(*slot, receiver.columns, 2);
  MemoryContextSwitchTo(before);
  MemoryContextReset(receiver.row_memory);
  bool found = true;
  StoredRow* row = nullptr;
  for (; found; ++image.copy) {
    row = static_cast<StoredRow*>(hash_search(receiver.stored, &image, HASH_ENTER, &found));
  }
  row->chunk = DatumGetObjectId(slot->tts_values[0]);
  row->place = *reinterpret_cast<ItemPointer>(DatumGetPointer(slot->tts_values[1]));
  return true;
}

bool receive_new(TupleTableSlot* slot, DestReceiver* base) {
  auto& receiver = *reinterpret_cast<Receiver*>(base);
  slot_getallattrs(slot);
  const MemoryContext before = MemoryContextSwitchTo(receiver.row_memory);
  Image image = image_of(*slot, receiver.columns, 0);
  MemoryContextSwitchTo(before);
  MemoryContextReset(receiver.row_memory);
  bool found = false;
  hash_search(receiver.stored, &image, HASH_REMOVE, &found);
  if (found) return true;
  tuplestore_puttupleslot(receiver.fresh, slot);
  ++receiver.fresh_count;
  return true;
}

using Receive = bool (*)(TupleTableSlot*, DestReceiver*);

void run(Receiver& receiver, Receive receive, const char* query) {
  receiver.base = {receive, start, shut_down, shut_down, DestNone};
  receiver.row_memory =
      AllocSetContextCreate(CurrentMemoryContext, "row of results", ALLOCSET_SMALL_SIZES);
  SPIExecuteOptions options = {};
  options.must_return_tuples = true;
  options.dest = &receiver.base;
  const int result = SPI_execute_extended(query, &options);
  if (result < 0) elog(ERROR, "\"%s\" failed: %s", query, SPI_result_code_string(result));
  MemoryContextDelete(receiver.row_memory);
}

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

}  // namespace

ChangedResults::ChangedResults(TupleDesc columns, std::int64_t max_rows)
    : columns_(columns), max_rows_(max_rows), new_(tuplestore_begin_heap(false, false, work_mem)) {
  HASHCTL control = {};
  control.keysize = sizeof(Image);
  control.entrysize = sizeof(StoredRow);
  control.hcxt = CurrentMemoryContext;
  stored_ = hash_create("stored results", 1024, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

bool ChangedResults::read_stored(const char* query) {
  Receiver receiver = {};
  receiver.columns = columns_;
  receiver.stored = stored_;
  receiver.max_rows = max_rows_;
  run(receiver, receive_stored, query);
  return !receiver.is_full;
}

bool ChangedResults::nothing_stored() const { return hash_get_num_entries(stored_) == 0; }

void ChangedResults::read_new(const char* query) {
  Receiver receiver = {};
  receiver.columns = columns_;
  receiver.stored = stored_;
  receiver.fresh = new_;
  run(receiver, receive_new, query);
  new_count_ = receiver.fresh_count;
}

void ChangedResults::delete_gone() {
  const auto count = static_cast<int>(hash_get_num_entries(stored_));
  if (count == 0) return;
  auto* rows = static_cast<StoredRow*>(
      palloc_extended(sizeof(StoredRow) * static_cast<std::size_t>(count), MCXT_ALLOC_HUGE));
  HASH_SEQ_STATUS scan;
  hash_seq_init(&scan, stored_);
  int filled = 0;
  while (const auto* row = static_cast<const StoredRow*>(hash_seq_search(&scan))) {
    rows[filled++] = *row;
  }
  pg_qsort(rows, static_cast<std::size_t>(count), sizeof(StoredRow), by_place);
  constexpr int kAtATime = 10'000;
  for (int begin = 0; begin < count;) {
    int end = begin;
    while (end < count && rows[end].chunk == rows[begin].chunk && end - begin < kAtATime) ++end;
    delete_places(rows[begin].chunk, rows + begin, end - begin);
    begin = end;
  }
}

void ChangedResults::insert_new(const char* table, const char* columns) {
  if (new_count_ == 0) return;
  EphemeralNamedRelationData relation = {};
  relation.md.name = pstrdup(kNewResults);
  relation.md.reliddesc = InvalidOid;
  relation.md.tupdesc = columns_;
  relation.md.enrtype = ENR_NAMED_TUPLESTORE;
  relation.md.enrtuples = static_cast<double>(new_count_);
  relation.reldata = new_;
  SPI_register_relation(&relation);
  const char* statement =
      psprintf("INSERT INTO %s (%s) SELECT %s FROM %s", table, columns, columns, kNewResults);
  const int result = SPI_execute(statement, false, 0);
  SPI_unregister_relation(kNewResults);
  if (result < 0) elog(ERROR, "\"%s\" failed: %s", statement, SPI_result_code_string(result));
}

}  // namespace varve::continuous_aggregate
