#include "extension/chunk/partition_descriptor.h"

#include "extension/chunk/bounds_version.h"
#include "extension/chunk/disjoint.h"

extern "C" {
#include <catalog/pg_class.h>
#include <miscadmin.h>
#include <partitioning/partbounds.h>
#include <storage/lmgr.h>
#include <utils/guc.h>
#include <utils/hsearch.h>
#include <utils/inval.h>
#include <utils/relcache.h>
}

namespace varve::chunk {
namespace {

bool verify = true;

/// What this backend knows of the descriptors it has asked for.
struct Verified {
  Oid relation;
  bool fresh;
  bool overtaken;        // by a message, since it was last set to false
  BoundsVersion bounds;  // what pg_class's cache holds of the chunks is not older
};
HTAB* verified = nullptr;

void forget(Verified& entry) noexcept {
  entry.fresh = false;
  entry.overtaken = true;
}

void forget_all() noexcept {
  HASH_SEQ_STATUS scan;
  hash_seq_init(&scan, verified);
  while (auto* entry = static_cast<Verified*>(hash_seq_search(&scan))) forget(*entry);
}

void on_invalidation(Datum, Oid relation) {
  if (verified == nullptr) return;
  if (!OidIsValid(relation)) return forget_all();
  auto* entry = static_cast<Verified*>(hash_search(verified, &relation, HASH_FIND, nullptr));
  if (entry != nullptr) forget(*entry);
}

// Entries are never removed, so that pointers to them hold; one for each hypertable ever used.
Verified* entry_of(Oid relation) {
  if (verified == nullptr) {
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Verified);
    control.hcxt = TopMemoryContext;
    verified = hash_create("varve partition descriptors", 64, &control,
                           HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
  }
  bool found = false;
  auto* entry = static_cast<Verified*>(hash_search(verified, &relation, HASH_ENTER, &found));
  if (!found) *entry = {relation, false, false, {}};
  return entry;
}

/// Whether the bounds were changed since this was last asked, or never asked before; then nothing
/// old is left in the cache.
bool take_new_bounds(Verified& entry) {
  const BoundsVersion now = bounds_version(entry.relation);
  if (now == entry.bounds) return false;
  forget_bounds(entry.relation);
  entry.bounds = now;
  return true;
}

bool is_disjoint(const PartitionDescData& descriptor) noexcept {
  if (descriptor.nparts == 0 || descriptor.boundinfo->strategy != PARTITION_STRATEGY_RANGE) {
    return true;
  }
  const PartitionBoundInfoData& bounds = *descriptor.boundinfo;
  const int ranges = descriptor.nparts - (partition_bound_has_default(&bounds) ? 1 : 0);
  return are_disjoint({bounds.indexes, static_cast<std::size_t>(bounds.nindexes)}, ranges);
}

// Such a descriptor has holes in its list of OIDs, and is worse than an error.
[[noreturn]] void report_overlap(Relation parent) {
  ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                  errmsg("chunks of \"%s\" overlap", RelationGetRelationName(parent)),
                  errhint("Drop or detach one of them: varve_catalog.chunk has their ranges.")));
}

}  // namespace

PartitionDesc fresh_partition_descriptor(Relation parent) {
  if (!verify) return RelationGetPartitionDesc(parent, true);
  Verified* entry = entry_of(RelationGetRelid(parent));
  if (entry->fresh) return RelationGetPartitionDesc(parent, true);

  // The look-ups that take messages in are those of pg_class; taking a lock that is held already
  // does not. Holding these makes a second round rare, and the loop makes it harmless. The bounds
  // are of the version that was the last before the list was read and the first after.
  LockRelationOid(RelationRelationId, AccessShareLock);
  LockRelationOid(ClassOidIndexId, AccessShareLock);
  PartitionDesc descriptor = nullptr;
  while (!entry->fresh) {
    CHECK_FOR_INTERRUPTS();
    entry->overtaken = false;
    take_new_bounds(*entry);
    RelationCacheInvalidateEntry(entry->relation);  // drops what PostgreSQL may have built already
    descriptor = RelationGetPartitionDesc(parent, true);
    entry->fresh = !take_new_bounds(*entry) && !entry->overtaken;
  }
  if (!is_disjoint(*descriptor)) {
    entry->fresh = false;  // nobody gets to see it
    report_overlap(parent);
  }
  UnlockRelationOid(ClassOidIndexId, AccessShareLock);
  UnlockRelationOid(RelationRelationId, AccessShareLock);
  return descriptor;
}

bool partition_descriptor_is_fresh(Oid relation) noexcept {
  if (!verify) return true;
  if (verified == nullptr) return false;
  const auto* entry =
      static_cast<const Verified*>(hash_search(verified, &relation, HASH_FIND, nullptr));
  return entry != nullptr && entry->fresh;
}

void install_partition_descriptor() {
  DefineCustomBoolVariable("varve.verify_partition_descriptor",
                           "Rebuild a hypertable's partition descriptor that PostgreSQL may have "
                           "built from an outdated list of chunks.",
                           "Off is for showing what goes wrong without: queries may miss chunks.",
                           &verify, true, PGC_SUSET, GUC_NOT_IN_SAMPLE, nullptr, nullptr, nullptr);
  CacheRegisterRelcacheCallback(on_invalidation, Datum{0});
}

}  // namespace varve::chunk
