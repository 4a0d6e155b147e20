#include "extension/columnstore/roll_up.h"

#include <span>

#include "kernel/codec/segment.h"

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/ownership.h"
#include "extension/chunk/frozen.h"
#include "extension/chunk/maintain/merge_chunks.h"
#include "extension/columnstore/convert.h"
#include "extension/columnstore/convert_chunk.h"
#include "extension/columnstore/reader.h"
#include "extension/columnstore/roll_up_run.h"
#include "extension/hypertable/dimension.h"
#include "extension/hypertable/dimension_info.h"
#include "extension/hypertable/interval.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <storage/lmgr.h>
#include <utils/lsyscache.h>
}

namespace varve::columnstore {
namespace {

using catalog::ChunkTable;

bool can_be_merged(Oid chunk) {
  return get_rel_relkind(chunk) == RELKIND_RELATION && is_columnar(chunk) &&
         !chunk::is_frozen(chunk);
}

/// In the current memory context; of a chunk that is gone meanwhile, not ready.
std::span<const RollUpChunk> ready_chunks(const ChunkTable::Chunks& chunks) {
  auto* ready = static_cast<RollUpChunk*>(palloc(sizeof(RollUpChunk) * (chunks.count + 1)));
  for (std::size_t i = 0; i < chunks.count; ++i) {
    ready[i] = {chunks.rows[i].slice, can_be_merged(chunks.rows[i].relation)};
  }
  return {ready, chunks.count};
}

/// Those that begin so late that they and `chunk` are together no longer than the interval.
ChunkTable::Chunks chunks_before(const catalog::Chunk& chunk, std::int64_t interval) {
  std::int64_t first = 0;
  if (__builtin_sub_overflow(chunk.slice.end, interval, &first)) first = INT64_MIN;
  return pg::entry([&] {
    return ChunkTable::of_hypertable(chunk.hypertable_id, {first, chunk.slice.end});
  });
}

/// Whether all rows fit into one row group, and are in several.
bool is_one_group_enough(Oid chunk) {
  Relation table = table_open(chunk, AccessShareLock);
  Reader* reader = Reader::open(table);
  std::size_t rows = 0;
  for (const GroupInfo& group : reader->groups()) rows += group.rows;
  const bool result = reader->groups().size() > 1 && rows <= codec::kMaxRows;
  reader->close();
  table_close(table, NoLock);
  return result;
}

/// The first of the chunks has the rows of all, and those of small ones in one row group.
void merge(const catalog::Hypertable& hypertable, const catalog::Chunk* chunks, std::size_t count) {
  auto* arguments = static_cast<NullableDatum*>(palloc(sizeof(NullableDatum) * count));
  for (std::size_t i = 0; i < count; ++i) {
    arguments[i] = {ObjectIdGetDatum(chunks[i].relation), false};
  }
  pg::entry([&] { chunk::merge_chunks(arguments, count); });
  CommandCounterIncrement();
  if (!is_one_group_enough(chunks[0].relation)) return;
  const chunk::OwnChunk merged = pg::entry([&] { return chunk::current({chunks[0], hypertable}); });
  convert_chunk(merged, true, true);
}

/// Whether the chunk is ours alone to the end of the transaction, at once. Who waited for one chunk
/// while others wait for the one that has been converted would be part of a deadlock.
bool lock_at_once(const catalog::Chunk& chunk) {
  if (!ConditionalLockRelationOid(chunk.relation, AccessExclusiveLock)) return false;
  const bool is_same = pg::entry([&] {
    const auto now = ChunkTable::find(chunk.relation);
    return now && now->slice == chunk.slice;
  });
  return is_same && can_be_merged(chunk.relation);
}

/// C++.
bool roll_up_first(std::int32_t id) {
  const auto hypertable = catalog::HypertableTable::find_by_id(id);
  if (!hypertable || hypertable->space_partitions > 0) return false;
  catalog::require_own_hypertable(hypertable->relation);
  return pg::call([&] {
    const std::int64_t interval = settings_of(id).compress_interval;
    if (interval == 0) return false;
    const auto chunks = pg::entry([&] { return ChunkTable::of_hypertable(id); });
    const ChunkRun run = first_run(ready_chunks(chunks), interval);
    if (run.count == 0) return false;
    merge(*hypertable, chunks.rows + run.first, run.count);
    return true;
  });
}

}  // namespace

std::int64_t checked_compress_interval(const catalog::Hypertable& hypertable, const char* text) {
  if (hypertable.space_partitions > 0) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("chunks of hypertable \"%s\" cannot be rolled up",
                           get_rel_name(hypertable.relation)),
                    errdetail("It has a second dimension: the ranges of its chunks belong to whole "
                              "slices.")));
  }
  const std::int64_t interval = pg::entry([&] {
    return hypertable::chunk_interval(hypertable::dimension_type(hypertable.column_type),
                                      hypertable::parse_width(text));
  });
  if (interval % hypertable.chunk_interval != 0) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("the interval to roll chunks up to must be a multiple of the chunk "
                           "interval of hypertable \"%s\"",
                           get_rel_name(hypertable.relation))));
  }
  return interval;
}

void warn_of_roll_up_order(const catalog::Hypertable& hypertable, const Settings& settings) {
  const char* first = settings.orderby == NIL
                          ? nullptr
                          : static_cast<const OrderColumn*>(linitial(settings.orderby))->name;
  if (first != nullptr && strcmp(first, NameStr(hypertable.column)) == 0) return;
  ereport(WARNING, (errmsg("chunks that are rolled up should be ordered by time first"),
                    errdetail("Row groups of chunks lie one after another as they are."),
                    errhint("Begin tsdb.orderby with column \"%s\".", NameStr(hypertable.column))));
}

Oid roll_up_now(const chunk::OwnChunk& own, std::int64_t interval) {
  const catalog::Chunk& chunk = own.chunk;
  if (interval == 0 || own.hypertable.space_partitions > 0) return chunk.relation;
  const ChunkTable::Chunks chunks = chunks_before(chunk, interval);
  if (chunks.count < 2) return chunk.relation;
  const std::size_t last = chunks.count - 1;
  const ChunkRun run = run_up_to(ready_chunks(chunks), last, interval);
  std::size_t first = last;
  while (first > run.first && lock_at_once(chunks.rows[first - 1])) --first;
  if (run.count > 1 && first > run.first) {
    ereport(NOTICE, (errmsg("chunk \"%s\" is not put together with the one before it for now",
                            get_rel_name(chunks.rows[first].relation)),
                     errdetail("Somebody uses chunk \"%s\".",
                               get_rel_name(chunks.rows[first - 1].relation))));
  }
  if (first == last) return chunk.relation;
  merge(own.hypertable, chunks.rows + first, last - first + 1);
  return chunks.rows[first].relation;
}

}  // namespace varve::columnstore

// varve_catalog.roll_up(hypertable_id integer) returns boolean: merges the first chunks in columns
// that the option of the hypertable wants together, waiting for them as merge_chunks() does; false
// where there are none
VARVE_SQL_FUNCTION(varve_roll_up) {
  PG_RETURN_BOOL(varve::columnstore::roll_up_first(PG_GETARG_INT32(0)));
}
