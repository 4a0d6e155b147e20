#include "extension/chunk/lock_set.h"

extern "C" {
#include <miscadmin.h>
}

namespace varve::chunk {
namespace {

constexpr int kRounds = 100;

/// Locks those that are free, in order, but for `held`. The first that is not free, or `count`.
std::size_t lock_free_ones(const Oid* relations, std::size_t count, std::size_t held,
                           LOCKMODE mode) {
  for (std::size_t i = 0; i < count; ++i) {
    if (i != held && !ConditionalLockRelationOid(relations[i], mode)) return i;
  }
  return count;
}

void unlock_free_ones(const Oid* relations, std::size_t end, std::size_t held, LOCKMODE mode) {
  for (std::size_t i = 0; i < end; ++i) {
    if (i != held) UnlockRelationOid(relations[i], mode);
  }
}

}  // namespace

void lock_all(const Oid* relations, std::size_t count, LOCKMODE mode, WaitForLock wait) {
  std::size_t held = count;  // the one that was waited for; none yet
  for (int round = 0; round < kRounds; ++round) {
    CHECK_FOR_INTERRUPTS();
    const std::size_t busy = lock_free_ones(relations, count, held, mode);
    if (busy == count) return;
    unlock_free_ones(relations, busy, held, mode);
    if (held < count) UnlockRelationOid(relations[held], mode);
    wait(relations[busy], mode);
    held = busy;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (i != held) wait(relations[i], mode);
  }
}

void unlock_all(const Oid* relations, std::size_t count, LOCKMODE mode) {
  for (std::size_t i = 0; i < count; ++i) UnlockRelationOid(relations[i], mode);
}

}  // namespace varve::chunk
