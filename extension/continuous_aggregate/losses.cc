#include "extension/continuous_aggregate/losses.h"

#include <algorithm>

#include "extension/catalog/chunk_event.h"
#include "extension/catalog/chunk_table.h"
#include "extension/continuous_aggregate/aggregate_table.h"
#include "extension/continuous_aggregate/changes.h"
#include "extension/continuous_aggregate/maintain.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <catalog/dependency.h>
#include <catalog/objectaccess.h>
#include <catalog/pg_class.h>
#include <utils/lsyscache.h>
}

namespace varve::continuous_aggregate {
namespace {

object_access_hook_type previous_hook = nullptr;

void warn(const Aggregate& aggregate, const catalog::Chunk& chunk) {
  ereport(WARNING,
          (errmsg("continuous aggregate \"%s\" keeps results of chunk \"%s\" as they are, which "
                  "are not up to date",
                  get_rel_name(aggregate.relation), get_rel_name(chunk.relation)),
           errhint("Refresh continuous aggregates before their chunks are dropped.")));
}

/// The rows of a dropped chunk are meant to be forgotten, and their results to be kept: what has
/// been computed of them is never computed again. Nor are results that have been dropped
/// themselves.
void freeze(const catalog::Chunk& chunk) {
  pg::call([&] {
    if (AggregateTable::find_by_id(chunk.hypertable_id)) {
      log_frozen(chunk.hypertable_id, {chunk.slice.begin, chunk.slice.end});
    }
    const AggregateTable::Rows rows = AggregateTable::of_source(chunk.hypertable_id);
    for (std::size_t i = 0; i < rows.count; ++i) {
      const Aggregate& aggregate = rows.all[i];
      const std::int64_t watermark = watermark_at(aggregate.id, nullptr);
      const Range lost = common(Range{chunk.slice.begin, chunk.slice.end}, {kBeforeAll, watermark});
      if (is_empty(lost)) continue;
      if (is_pending(aggregate, lost)) warn(aggregate, chunk);
      log_frozen(aggregate.id, lost);
    }
    if (rows.count > 0) CommandCounterIncrement();
  });
}

/// The rows are back, or there are others: what has been computed before counts no more.
void thaw_all(const catalog::Chunk& chunk) {
  const Range range = {chunk.slice.begin, chunk.slice.end};
  pg::call([&] {
    const AggregateTable::Rows rows = AggregateTable::of_source(chunk.hypertable_id);
    for (std::size_t i = 0; i < rows.count; ++i) thaw(rows.all[i].id, range);
    if (rows.count > 0) CommandCounterIncrement();
  });
}

void on_chunk_event(const catalog::Chunk& chunk, catalog::ChunkEvent event) {
  if (event == catalog::ChunkEvent::kDetached) return freeze(chunk);
  thaw_all(chunk);
  if (const Source* source = find_source(chunk.relation)) changes_of(*source).add(chunk.slice);
}

void on_drop(Oid relation, int flags) {
  if (pg::call([&] { return get_rel_relkind(relation); }) == RELKIND_VIEW) {
    pg::call([&] {
      if (const auto aggregate = AggregateTable::find(relation)) AggregateTable::remove(*aggregate);
    });
  } else if ((flags & PERFORM_DELETION_INTERNAL) == 0) {  // else its rows have moved elsewhere
    if (const auto chunk = catalog::ChunkTable::find(relation)) freeze(*chunk);
  }
}

void on_truncate(Oid relation) {
  if (holds_results(relation) && !truncates_results()) {
    throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                       "cannot truncate the results of a continuous aggregate", {},
                       "Truncate the aggregate, or drop its chunks.");
  }
  const Source* source = find_source(relation);
  if (source == nullptr) return;
  Changes& changes = changes_of(*source);
  if (relation == changes.source().relation) {
    changes.add_everything();
  } else if (const auto chunk = catalog::ChunkTable::find(relation)) {
    changes.add(chunk->slice);
  }
}

// Before the catalog's own hook, which forgets dropped chunks.
void on_object_access(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void* arg) {
  pg::entry([&] {
    if (class_id != RelationRelationId || sub_id != 0) return;
    if (access == OAT_DROP) on_drop(object_id, static_cast<ObjectAccessDrop*>(arg)->dropflags);
    if (access == OAT_TRUNCATE) on_truncate(object_id);
  });
  if (previous_hook != nullptr) previous_hook(access, class_id, object_id, sub_id, arg);
}

}  // namespace

void note_copy_into_chunk(Oid relation) {
  pg::entry([&] {
    const Source* source = find_source(relation);
    if (source == nullptr || source->relation == relation) return;
    if (const auto chunk = catalog::ChunkTable::find(relation)) {
      changes_of(*find_source(relation)).add(chunk->slice);
    }
  });
}

void install_losses() {
  previous_hook = object_access_hook;
  object_access_hook = on_object_access;
  catalog::on_chunk_event(on_chunk_event);
}

}  // namespace varve::continuous_aggregate
