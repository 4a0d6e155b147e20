#include "extension/dml/open_queries.h"

#include <algorithm>
#include <span>

extern "C" {
#include <access/xact.h>
#include <utils/memutils.h>
}

namespace varve::dml::open_queries {
namespace {

struct Entry {
  const EState* state;
  Moment began;
  int level;  // of the subtransaction that it fails with
};

// In the order of their beginning; mostly one.
Entry* entries = nullptr;
int count = 0;
int capacity = 0;
Moment last = 0;

void on_end_of_transaction(XactEvent event, void*) {
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) {
    count = 0;
  }
}

void on_end_of_subtransaction(SubXactEvent event, SubTransactionId, SubTransactionId, void*) {
  const int level = GetCurrentTransactionNestLevel();
  if (event == SUBXACT_EVENT_COMMIT_SUB) {
    for (Entry& entry : std::span(entries, count)) entry.level = std::min(entry.level, level - 1);
  } else if (event == SUBXACT_EVENT_ABORT_SUB) {
    const auto failed = [&](const Entry& entry) { return entry.level >= level; };
    count = static_cast<int>(std::remove_if(entries, entries + count, failed) - entries);
  }
}

}  // namespace

void began(const QueryDesc& query) {
  if (count == capacity) {
    const int larger = std::max(16, 2 * capacity);
    const Size size = larger * sizeof(Entry);
    entries = static_cast<Entry*>(entries == nullptr ? MemoryContextAlloc(TopMemoryContext, size)
                                                     : repalloc(entries, size));
    capacity = larger;
  }
  entries[count++] = {query.estate, ++last, GetCurrentTransactionNestLevel()};
}

void ended(const QueryDesc& query) {
  for (int i = count; i-- > 0;) {
    if (entries[i].state != query.estate) continue;
    std::copy(entries + i + 1, entries + count, entries + i);
    --count;
    return;
  }
}

Moment now() { return last; }

bool any_since(Moment moment) { return count > 0 && entries[count - 1].began > moment; }

void install() {
  RegisterXactCallback(on_end_of_transaction, nullptr);
  RegisterSubXactCallback(on_end_of_subtransaction, nullptr);
}

}  // namespace varve::dml::open_queries
