#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"

// How far a conversion is, for others to see while it runs: in the entry that PostgreSQL keeps of
// each backend, where VACUUM and CREATE INDEX have theirs. C API.
namespace varve::columnstore::progress {

enum class Phase : std::int64_t {
  kRowsBeside = 1,  // rows of the heap
  kRowGroups,       // rows of the row groups that are written anew
  kWriting,         // what is sorted
  kWaitingForWriters,
  kWrittenMeanwhile,  // rows of the heap once more
  kIndexes,
  kWaitingForReaders,
  kExchange
};

/// Numbers beside the phase.
enum class Count {
  kPages = 1,  // of the heap, all
  kPagesRead,
  kGroups,  // to be written anew, all
  kGroupsRead,
  kGroupsCarried,  // that come along as they are
  kGroupsWritten,
  kAttempt  // 2, where rows that were columns already have been changed
};

/// A conversion of the chunk begins; it ends by end(), or when the transaction fails.
void begin(Oid chunk, int attempt);
void end();

/// Also ends what others have told in between: CREATE INDEX does.
void set(Phase phase);
void set(Count count, std::int64_t value);
/// One more; nothing where no conversion is under way.
void increase(Count count);

}  // namespace varve::columnstore::progress
