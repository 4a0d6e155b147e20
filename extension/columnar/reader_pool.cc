#include "extension/columnar/reader_pool.h"

#include <algorithm>
#include <iterator>

#include "extension/pg/postgres.h"
extern "C" {
#include <access/xact.h>
#include <storage/relfilenode.h>
#include <utils/inval.h>
}

namespace varve::columnar {
namespace {

/// One place; free without a reader.
struct Place {
  columnstore::Reader* reader;
  Beside beside;
  Oid chunk;
  Oid file;               // of the chunk: another one comes with other row groups
  SubTransactionId user;  // who has taken it; invalid: nobody
  bool is_stale;
};
Place places[8];

void empty(Place& place) {
  MemoryContextDelete(place.beside.context);
  place = {};
}

/// A free place, where need be one that another chunk's reader waits in.
Place* find_place() {
  Place* const end = std::end(places);
  Place* found = std::find_if(places, end, [](const Place& p) { return p.reader == nullptr; });
  if (found != end) return found;
  found =
      std::find_if(places, end, [](const Place& p) { return p.user == InvalidSubTransactionId; });
  if (found == end) return nullptr;
  empty(*found);
  return found;
}

void end_transaction(XactEvent event, void*) {
  switch (event) {
    case XACT_EVENT_COMMIT:
    case XACT_EVENT_PARALLEL_COMMIT:
    case XACT_EVENT_ABORT:
    case XACT_EVENT_PARALLEL_ABORT:
    case XACT_EVENT_PREPARE:
      // Their memory is the transaction's.
      std::fill(std::begin(places), std::end(places), Place{});
      return;
    default: return;
  }
}

// Who took a reader did not get to give it back; its relations have been closed.
void end_subtransaction(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void*) {
  for (Place& place : places) {
    if (place.reader == nullptr || place.user != own) continue;
    if (event == SUBXACT_EVENT_ABORT_SUB) empty(place);
    if (event == SUBXACT_EVENT_COMMIT_SUB) place.user = parent;
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
    if (place.reader == nullptr || place.user != InvalidSubTransactionId) continue;
    if (place.is_stale) {
      empty(place);
    } else if (place.chunk == oid && place.file == chunk->rd_node.relNode) {
      place.user = GetCurrentSubTransactionId();
      place.reader->resume(chunk);
      return place.reader;
    }
  }
  Place* place = find_place();
  MemoryContext context =
      place == nullptr
          ? nullptr
          : AllocSetContextCreate(TopTransactionContext, "row groups in use", ALLOCSET_SMALL_SIZES);
  const MemoryContext before =
      MemoryContextSwitchTo(context != nullptr ? context : CurrentMemoryContext);
  columnstore::Reader* reader = columnstore::Reader::open(chunk);
  MemoryContextSwitchTo(before);
  if (place != nullptr) {
    *place = {reader, {context, nullptr}, oid, chunk->rd_node.relNode, GetCurrentSubTransactionId(),
              false};
  }
  return reader;
}

Beside* beside(const columnstore::Reader* reader) {
  Place* place = std::find_if(std::begin(places), std::end(places),
                              [&](const Place& p) { return p.reader == reader; });
  return place == std::end(places) ? nullptr : &place->beside;
}

void give_back(columnstore::Reader* reader) {
  Place* const end = std::end(places);
  Place* place = std::find_if(places, end, [&](const Place& p) { return p.reader == reader; });
  if (place == end) {
    reader->close();
  } else if (!place->is_stale && reader->suspend()) {
    place->user = InvalidSubTransactionId;
  } else {
    reader->close();
    empty(*place);
  }
}

void install_reader_pool() {
  RegisterXactCallback(end_transaction, nullptr);
  RegisterSubXactCallback(end_subtransaction, nullptr);
  CacheRegisterRelcacheCallback(forget, 0);
}

}  // namespace varve::columnar
