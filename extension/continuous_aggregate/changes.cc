#include "extension/continuous_aggregate/changes.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_cache.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/continuous_aggregate/aggregate_table.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <utils/inval.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::continuous_aggregate {
namespace {

// Both on C++'s heap: invalidations arrive at any time, and a transaction's memory is gone when its
// end is announced.

/// What a table is to aggregates.
struct Role {
  std::optional<Source> source;
  Oid results = InvalidOid;  // the table of an aggregate's results that it is, or is a chunk of
};
using Roles = std::unordered_map<Oid, Role>;
Roles& roles() {
  static Roles* const all = new Roles;
  return *all;
}

/// By id, so that every transaction takes the locks of several sources in the same order.
using Pending = std::map<std::int32_t, Changes>;
Pending& pending() {
  static Pending* const all = new Pending;
  return *all;
}

// A chunk's entry depends on its parent as well.
void forget(Datum, Oid relation) noexcept {
  if (!OidIsValid(relation) || roles().contains(relation)) roles().clear();
}

/// A chunk lies in its hypertable, or in a slice of it.
Oid hypertable_of(Oid relation) {
  if (catalog::cached_hypertable(relation) != nullptr) return relation;
  if (!pg::call([&] { return get_rel_relispartition(relation); })) return InvalidOid;
  const auto chunk = catalog::ChunkTable::find(relation);
  if (!chunk) return InvalidOid;
  const auto hypertable = catalog::HypertableTable::find_by_id(chunk->hypertable_id);
  return hypertable ? hypertable->relation : InvalidOid;
}

Role look_up(Oid relation) {
  const Oid parent = hypertable_of(relation);
  if (!OidIsValid(parent)) return {};
  const catalog::Hypertable hypertable = *catalog::cached_hypertable(parent);
  return pg::call([&]() -> Role {
    Role role;
    if (AggregateTable::find_by_id(hypertable.id)) role.results = parent;
    const AggregateTable::Rows rows = AggregateTable::of_source(hypertable.id);
    if (rows.count == 0) return role;
    std::int64_t grain = rows.all[0].bucket_width;
    for (std::size_t i = 1; i < rows.count; ++i) grain = std::min(grain, rows.all[i].bucket_width);
    role.source = Source{hypertable.id, parent, getBaseType(hypertable.column_type), grain};
    return role;
  });
}

const Role& role_of(Oid relation) {
  if (const auto known = roles().find(relation); known != roles().end()) return known->second;
  const Role role = look_up(relation);
  // So that news of the parent empty the cache, too.
  if (role.source && role.source->relation != relation) role_of(role.source->relation);
  return roles().insert_or_assign(relation, role).first->second;
}

bool has_before_triggers(Oid relation) {
  return pg::call([&] {
    Relation table = table_open(relation, AccessShareLock);
    const TriggerDesc* triggers = table->trigdesc;
    const bool found = triggers != nullptr &&
                       (triggers->trig_insert_before_row || triggers->trig_update_before_row);
    table_close(table, AccessShareLock);
    return found;
  });
}

/// Each range as far as the chunks that it touches.
Ranges widened(Ranges ranges, std::int32_t hypertable_id) {
  const auto chunks = catalog::ChunkTable::of_hypertable(hypertable_id);
  for (Range& range : ranges) {
    const Range touched = range;
    for (std::size_t i = 0; i < chunks.count; ++i) {
      const chunk::Slice slice = chunks.rows[i].slice;
      if (!overlap(touched, {slice.begin, slice.end})) continue;
      range = {std::min(range.begin, slice.begin), std::max(range.end, slice.end)};
    }
  }
  return merged(ranges);
}

void log(const Changes& changes, std::int64_t threshold) {
  const std::int32_t id = changes.source().id;
  for (const Range& range : changes.below(threshold)) {
    pg::call([&] {
      if (changes.only_inserts()) {
        log_insertion(id, range, changes.begin());
      } else {
        log_change(id, range);
      }
    });
  }
}

/// Writes what refreshes below the threshold must know. The lock is kept until the rows of this
/// transaction are visible: a refresh that raises the threshold waits for that, and reads them.
/// Where the last aggregate has been dropped meanwhile there is no threshold, and nothing below it.
void write(const Changes& changes) {
  const std::int32_t id = changes.source().id;
  const std::int64_t threshold = pg::call([&] {
    acquire(Lock::kThreshold, id, false);
    return threshold_of(id);
  });
  log(changes, threshold);
}

/// A prepared transaction may end long after: it holds no lock, and logs everything.
void write_all(const Changes& changes) {
  const std::int32_t id = changes.source().id;
  const bool any = pg::call([&] { return AggregateTable::of_source(id).count > 0; });
  if (any) log(changes, kAfterAll);
}

void at_end(XactEvent event) {
  switch (event) {
    case XACT_EVENT_PRE_COMMIT:
    case XACT_EVENT_PRE_PREPARE:
      if (pending().empty()) return;
      pg::call([] { CommandCounterIncrement(); });
      for (const auto& [id, changes] : pending()) {
        if (event == XACT_EVENT_PRE_COMMIT) {
          write(changes);
        } else {
          write_all(changes);
        }
      }
      break;
    case XACT_EVENT_COMMIT:
    case XACT_EVENT_ABORT:
    case XACT_EVENT_PREPARE: pending().clear(); break;
    default: break;
  }
}

void on_transaction(XactEvent event, void* /*unused*/) {
  pg::entry([&] { at_end(event); });
}

}  // namespace

const Source* find_source(Oid relation) {
  const Role& role = role_of(relation);
  return role.source ? &*role.source : nullptr;
}

bool holds_results(Oid relation) { return role_of(relation).results == relation; }

Oid results_of(Oid relation) { return role_of(relation).results; }

void Changes::add_everything() {
  only_inserts_ = false;
  touched_.add(Range{kBeforeAll, kAfterAll});
}

Ranges Changes::below(std::int64_t threshold) const {
  Ranges ranges = touched_.ranges();
  if (whole_chunks_) ranges = widened(std::move(ranges), source_.id);
  return common(ranges, {kBeforeAll, threshold});
}

Changes& changes_of(const Source& source) {
  const Source copy = source;
  return pending().try_emplace(copy.id, copy).first->second;
}

Changes& row_changes_of(const Source& source) {
  Changes& changes = changes_of(source);
  if (has_before_triggers(changes.source().relation)) changes.widen();
  return changes;
}

void install_changes() {
  CacheRegisterRelcacheCallback(forget, 0);
  RegisterXactCallback(on_transaction, nullptr);
}

}  // namespace varve::continuous_aggregate
