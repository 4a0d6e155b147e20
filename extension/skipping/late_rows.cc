// The writer's side. The caller's lock on the chunk conflicts with whoever adds ranges, so what is
// found about it once holds until then; and that is told by an invalidation, at the latest when the
// lock is granted.
#include "extension/skipping/late_rows.h"

#include "extension/skipping/range_table.h"
#include "extension/skipping/version.h"

#include "extension/pg/oid_cache.h"
extern "C" {
#include <access/xact.h>
#include <utils/inval.h>
}

namespace varve::skipping {
namespace {

/// A chunk of which nothing is left to be noted.
struct Entry {
  Oid chunk;
  bool is_by_us;  // this transaction has noted it, and may roll back
};

pg::OidCache<Entry> done("chunks with noted late rows", 4096);
Oid latest = InvalidOid;  // spares the look-up
bool has_ours = false;    // there may be some by us

/// What this transaction has noted may be undone, or others may know it from here on.
void forget_ours() {
  latest = InvalidOid;
  if (!has_ours) return;
  has_ours = false;
  done.forget_where([](const Entry& entry) { return entry.is_by_us; });
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
  done.invalidate(relation);
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
  const bool is_by_us = noted != Noted::kForGood;
  done.enter(chunk, {chunk, is_by_us}).is_by_us = is_by_us;
  has_ours = has_ours || is_by_us;
}

}  // namespace

void note_late_row(Relation chunk) {
  const Oid oid = RelationGetRelid(chunk);
  if (oid == latest) return;
  if (done.find(oid) == nullptr) look(oid);
  latest = oid;
}

void install_late_rows() {
  CacheRegisterRelcacheCallback(on_invalidation, 0);
  RegisterXactCallback(on_end_of_transaction, nullptr);
  RegisterSubXactCallback(on_end_of_subtransaction, nullptr);
}

}  // namespace varve::skipping
