#include "extension/columnar/kept_reader.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/xact.h>
#include <utils/inval.h>
#include <utils/memutils.h>
}

namespace varve::columnar {
namespace {

constexpr int kMost = 16;  // chunks; then what is not in use is forgotten

Kept* all = nullptr;

Kept* find(Oid chunk) {
  Kept* kept = all;
  while (kept != nullptr && kept->chunk != chunk) kept = kept->next;
  return kept;
}

/// Forgets those that `is_unwanted` is true of.
template <class Condition>
void forget(Condition&& is_unwanted) {
  for (Kept** link = &all; *link != nullptr;) {
    Kept* kept = *link;
    if (is_unwanted(*kept)) {
      *link = kept->next;
      MemoryContextDelete(kept->context);
    } else {
      link = &kept->next;
    }
  }
}

int count() {
  int number = 0;
  for (const Kept* kept = all; kept != nullptr; kept = kept->next) ++number;
  return number;
}

Kept* start(Relation chunk) {
  if (count() >= kMost) forget([](const Kept& kept) { return kept.user_level == 0; });
  MemoryContext context = AllocSetContextCreate(TopTransactionContext, "columnar rows, kept",
                                                ALLOCSET_DEFAULT_SIZES);
  const MemoryContext before = MemoryContextSwitchTo(context);
  auto* kept = static_cast<Kept*>(palloc0(sizeof(Kept)));
  kept->chunk = RelationGetRelid(chunk);
  kept->toast = chunk->rd_rel->reltoastrelid;
  kept->context = context;
  kept->reader = columnstore::Reader::open(chunk);
  MemoryContextSwitchTo(before);
  kept->next = all;
  all = kept;
  return kept;
}

void on_invalidation(Datum, Oid relation) {
  for (Kept* kept = all; kept != nullptr; kept = kept->next) {
    if (!OidIsValid(relation) || relation == kept->chunk || relation == kept->toast) {
      kept->is_stale = true;
    }
  }
}

// The memory goes with the transaction.
void on_end_of_transaction(XactEvent event, void*) {
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) {
    all = nullptr;
  }
}

// What an error has left open was closed by its resource owner.
void on_end_of_subtransaction(SubXactEvent event, SubTransactionId, SubTransactionId, void*) {
  if (event != SUBXACT_EVENT_ABORT_SUB) return;
  const int level = GetCurrentTransactionNestLevel();
  forget([&](const Kept& kept) { return kept.user_level == 0 || kept.user_level >= level; });
}

}  // namespace

Kept* take_kept(Relation chunk) {
  Kept* kept = find(RelationGetRelid(chunk));
  if (kept != nullptr && kept->user_level != 0) return nullptr;
  if (kept != nullptr && kept->is_stale) {
    forget([&](const Kept& each) { return &each == kept; });
    kept = nullptr;
  }
  if (kept == nullptr) {
    kept = start(chunk);
  } else {
    kept->reader->resume(chunk);
  }
  kept->user_level = GetCurrentTransactionNestLevel();
  return kept;
}

void give_back(Kept* kept) {
  if (kept == nullptr) return;
  kept->reader->suspend();
  kept->user_level = 0;
}

void install_kept_readers() {
  CacheRegisterRelcacheCallback(on_invalidation, Datum{0});
  RegisterXactCallback(on_end_of_transaction, nullptr);
  RegisterSubXactCallback(on_end_of_subtransaction, nullptr);
}

}  // namespace varve::columnar
