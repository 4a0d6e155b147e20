#include "extension/columnstore/beside_writers.h"

#include "extension/catalog/access_method.h"
#include "extension/chunk/maintain/exchange_lock.h"
#include "extension/columnstore/access_method.h"
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

void exchange_files(chunk::Rewrite& rewrite, std::int64_t rows, Oid method) {
  progress::set(progress::Phase::kIndexes);
  chunk::build_indexes(rewrite, static_cast<double>(rows));
  progress::set(progress::Phase::kWaitingForReaders);
  chunk::lock_for_exchange(rewrite.chunk);
  progress::set(progress::Phase::kExchange);
  chunk::finish_rewrite(rewrite);
  if (catalog::access_method_of(rewrite.chunk) != method) set_access_method(rewrite.chunk, method);
}

}  // namespace varve::columnstore
