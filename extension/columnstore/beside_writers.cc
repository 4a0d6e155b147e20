#include "extension/columnstore/beside_writers.h"

#include "extension/columnstore/chunk_size.h"

extern "C" {
#include <miscadmin.h>
}

namespace varve::columnstore {

bool can_others_write(Relation chunk) {
  const std::size_t budget = static_cast<std::size_t>(maintenance_work_mem) * 1024 / 4;
  return bytes_of_heap(chunk) / BLCKSZ * MovedRows::kBytesPerBlock <= budget;
}

void wait_for_writers(Oid chunk) {
  progress::set(progress::Phase::kWaitingForWriters);
  LockRelationOid(chunk, ExclusiveLock);
}

}  // namespace varve::columnstore
