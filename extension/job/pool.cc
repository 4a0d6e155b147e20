#include "extension/job/pool.h"

namespace varve::job {

Choice choose_worker(std::span<const Worker> pool, Oid database, Oid role, int reserved) {
  int idle = -1, free = -1, eldest = -1;
  int free_count = 0, leaving = 0;
  for (int i = 0; i < static_cast<int>(pool.size()); ++i) {
    const Worker& worker = pool[static_cast<std::size_t>(i)];
    const auto since = [&](int slot) { return pool[static_cast<std::size_t>(slot)].since; };
    switch (worker.state) {
      case WorkerState::kFree:
        if (free < 0) free = i;
        ++free_count;
        break;
      case WorkerState::kIdle:
        if (worker.database == database && worker.role == role) {
          if (idle < 0 || worker.since > since(idle)) idle = i;
        } else if (eldest < 0 || worker.since < since(eldest)) {
          eldest = i;
        }
        break;
      case WorkerState::kLeaving: ++leaving; break;
      default: break;
    }
  }
  if (idle >= 0) {
    return {reserved > free_count + leaving ? Choice::Kind::kEvict : Choice::Kind::kUse, idle};
  }
  if (free_count > reserved) return {Choice::Kind::kStart, free};
  if (eldest >= 0 && leaving <= reserved) return {Choice::Kind::kEvict, eldest};
  return {Choice::Kind::kWait};
}

}  // namespace varve::job
