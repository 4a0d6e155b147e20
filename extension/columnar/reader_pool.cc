#include "extension/columnar/reader_pool.h"

#include <algorithm>
#include <iterator>

#include "extension/pg/postgres.h"
extern "C" {
#include <access/xact.h>
#include <storage/relfilenode.h>
#include <utils/inval.h>
#include <utils/resowner.h>
}

namespace varve::columnar {
namespace {

/// One place; free without a reader.
struct Place {
  columnstore::Reader* reader;
  MemoryContext context;  // of the reader and of what is beside it
  Beside beside;
  Oid chunk;
  Oid file;            // of the chunk: another one comes with other row groups
  ResourceOwner user;  // whose relations it has open; null: nobody has taken it
  bool was_taken;      // in this transaction
  bool is_lent;
  bool is_stale;
};
Place places[8];

/// What a reader may have that outlives a transaction.
constexpr std::size_t kMostKept = std::size_t{4} << 20;

void empty(Place& place) {
  MemoryContextDelete(place.context);
  place = {};
}

Place* place_of(const columnstore::Reader* reader) {
  Place* const end = std::end(places);
  Place* found = std::find_if(places, end, [&](const Place& p) { return p.reader == reader; });
  return found == end ? nullptr : found;
}

/// A free place, where need be one that another chunk's reader waits in.
Place* find_place() {
  Place* const end = std::end(places);
  Place* found = std::find_if(places, end, [](const Place& p) { return p.reader == nullptr; });
  if (found != end) return found;
  found = std::find_if(places, end, [](const Place& p) { return p.user == nullptr; });
  if (found == end) return nullptr;
  empty(*found);
  return found;
}

/// Whether a reader is of use to the next transaction.
bool outlives_transaction(const Place& place) {
  if (place.user != nullptr || place.is_stale) return false;
  return !place.was_taken || place.reader->size() <= kMostKept;
}

/// Tables of keys are worth their memory to a transaction that looks for many.
void forget_tables(Beside& beside) {
  if (beside.tables == nullptr) return;
  MemoryContextReset(beside.context);
  beside.tables = nullptr;
}

void end_transaction(XactEvent event, void*) {
  const bool is_end = event == XACT_EVENT_COMMIT || event == XACT_EVENT_PARALLEL_COMMIT ||
                      event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT ||
                      event == XACT_EVENT_PREPARE;
  if (!is_end) return;
  for (Place& place : places) {
    if (place.reader == nullptr) continue;
    if (event == XACT_EVENT_COMMIT && outlives_transaction(place)) {
      forget_tables(place.beside);
      place.was_taken = false;
    } else {
      empty(place);
    }
  }
}

// Who took a reader did not get to give it back: its relations are closed. Not with the
// subtransaction, since a cursor that has been read in it may be older.
void release(ResourceReleasePhase phase, bool, bool, void*) {
  if (phase != RESOURCE_RELEASE_BEFORE_LOCKS) return;
  for (Place& place : places) {
    if (place.reader != nullptr && place.user == CurrentResourceOwner) empty(place);
  }
}

void forget(Datum, Oid relation) {
  for (Place& place : places) {
    if (relation == InvalidOid || place.chunk == relation) place.is_stale = true;
  }
}

}  // namespace

columnstore::Reader* take_reader(Relation chunk) {
  const Oid oid = RelationGetRelid(chunk);
  for (Place& place : places) {
    if (place.reader == nullptr || place.user != nullptr) continue;
    if (place.is_stale) {
      empty(place);
    } else if (place.chunk == oid && place.file == chunk->rd_node.relNode) {
      place.user = CurrentResourceOwner;
      place.was_taken = true;
      place.reader->resume(chunk);
      return place.reader;
    }
  }
  Place* place = find_place();
  if (place == nullptr) return columnstore::Reader::open(chunk);
  MemoryContext context =
      AllocSetContextCreate(CurrentMemoryContext, "row groups in use", ALLOCSET_SMALL_SIZES);
  const MemoryContext before = MemoryContextSwitchTo(context);
  columnstore::Reader* reader = columnstore::Reader::open(chunk);
  MemoryContextSwitchTo(before);
  MemoryContext tables = AllocSetContextCreate(context, "keys in use", ALLOCSET_SMALL_SIZES);
  MemoryContextSetParent(context, TopMemoryContext);
  *place = {.reader = reader,
            .context = context,
            .beside = {tables, nullptr},
            .chunk = oid,
            .file = chunk->rd_node.relNode,
            .user = CurrentResourceOwner,
            .was_taken = true,
            .is_lent = false,
            .is_stale = false};
  return reader;
}

Beside* beside(const columnstore::Reader* reader) {
  Place* place = place_of(reader);
  return place == nullptr ? nullptr : &place->beside;
}

void lend(const columnstore::Reader* reader, bool is_lent) {
  if (Place* place = place_of(reader)) place->is_lent = is_lent;
}

columnstore::Reader* borrow_reader(Relation chunk) {
  for (const Place& place : places) {
    if (place.is_lent && place.chunk == RelationGetRelid(chunk) &&
        place.file == chunk->rd_node.relNode && !place.is_stale) {
      return place.reader;
    }
  }
  return nullptr;
}

void give_back(columnstore::Reader* reader) {
  Place* place = place_of(reader);
  if (place == nullptr) {
    reader->close();
  } else if (!place->is_stale && reader->suspend()) {
    place->user = nullptr;
    place->is_lent = false;
  } else {
    reader->close();
    empty(*place);
  }
}

void install_reader_pool() {
  RegisterXactCallback(end_transaction, nullptr);
  RegisterResourceReleaseCallback(release, nullptr);
  CacheRegisterRelcacheCallback(forget, 0);
}

}  // namespace varve::columnar
