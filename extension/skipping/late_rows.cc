// The writer's side. The caller's lock on the chunk conflicts with whoever adds ranges, so what is
// found about it once holds until then; and that is told by an invalidation, at the latest when the
// lock is granted.
#include "extension/skipping/late_rows.h"

#include "extension/skipping/range_table.h"
#include "extension/skipping/version.h"

extern "C" {
#include <access/xact.h>
#include <utils/hsearch.h>
#include <utils/inval.h>
}

namespace varve::skipping {
namespace {

/// A chunk of which nothing is left to be noted.
struct Entry {
  Oid chunk;
  bool is_by_us;  // this transaction has noted it, and may roll back
};

constexpr long kMostEntries = 4096;  // then it starts anew

HTAB* done = nullptr;
Oid latest = InvalidOid;  // spares the look-up
bool has_ours = false;

void forget_all() {
  if (done != nullptr) hash_destroy(done);
  done = nullptr;
  latest = InvalidOid;
  has_ours = false;
}

void remember(Oid chunk, bool is_by_us) {
  if (done != nullptr && hash_get_num_entries(done) >= kMostEntries) forget_all();
  if (done == nullptr) {
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Entry);
    control.hcxt = TopMemoryContext;
    done = hash_create("chunks with noted late rows", 64, &control,
                       HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
  }
  static_cast<Entry*>(hash_search(done, &chunk, HASH_ENTER, nullptr))->is_by_us = is_by_us;
  has_ours = has_ours || is_by_us;
}

/// What this transaction has noted may be undone, or others may know it from here on.
void forget_ours() {
  latest = InvalidOid;
  if (!has_ours) return;
  has_ours = false;
  HASH_SEQ_STATUS scan;
  hash_seq_init(&scan, done);
  while (auto* entry = static_cast<Entry*>(hash_seq_search(&scan))) {
    if (entry->is_by_us) hash_search(done, &entry->chunk, HASH_REMOVE, nullptr);
  }
}

void on_end_of_transaction(XactEvent event, void*) {
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) {
    forget_ours();
  }
}

void on_end_of_subtransaction(SubXactEvent event, SubTransactionId, SubTransactionId, void*) {
  if (event == SUBXACT_EVENT_ABORT_SUB) forget_ours();
}

void on_invalidation(Datum, Oid relation) {
  latest = InvalidOid;
  if (!OidIsValid(relation)) {
    forget_all();
  } else if (done != nullptr) {
    hash_search(done, &relation, HASH_REMOVE, nullptr);
  }
}

void look(Oid chunk) {
  Noted noted = Noted::kForGood;
  if (const std::int32_t hypertable_id = ranged_hypertable(chunk); hypertable_id != 0) {
    noted = is_late(chunk);
    if (noted == Noted::kByNobody) {
      add_late(hypertable_id, chunk);
      count_change(hypertable_id);
    }
  }
  remember(chunk, noted != Noted::kForGood);
}

}  // namespace

void note_late_row(Relation chunk) {
  const Oid oid = RelationGetRelid(chunk);
  if (oid == latest) return;
  if (done == nullptr || hash_search(done, &oid, HASH_FIND, nullptr) == nullptr) look(oid);
  latest = oid;
}

void install_late_rows() {
  CacheRegisterRelcacheCallback(on_invalidation, 0);
  RegisterXactCallback(on_end_of_transaction, nullptr);
  RegisterSubXactCallback(on_end_of_subtransaction, nullptr);
}

}  // namespace varve::skipping
