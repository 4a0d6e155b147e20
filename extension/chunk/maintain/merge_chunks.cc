// merge_chunks(): several adjacent chunks become one.
#include "extension/chunk/maintain/merge_chunks.h"

#include <algorithm>
#include <string>
#include <vector>

#include "extension/chunk/attach.h"
#include "extension/chunk/drop.h"
#include "extension/chunk/frozen.h"
#include "extension/chunk/lock_set.h"
#include "extension/chunk/maintain/analyze.h"
#include "extension/chunk/maintain/chunk_argument.h"
#include "extension/chunk/maintain/columns.h"
#include "extension/chunk/maintain/exchange_lock.h"
#include "extension/chunk/maintain/ranges.h"
#include "extension/chunk/maintain/rewrite.h"
#include "extension/chunk/maintain/row_versions.h"
#include "extension/chunk/maintain/tablespace.h"
#include "extension/chunk/maintain/time_column.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_type.h>
#include <commands/tablecmds.h>
#include <storage/lmgr.h>
#include <utils/array.h>
#include <utils/lsyscache.h>
}

namespace varve::chunk {
namespace {

constexpr const char* kFunction = "merge_chunks()";

/// The chunks to merge, by ascending range. Plain data: it crosses the boundary.
struct Merge {
  catalog::Hypertable hypertable;
  const catalog::Chunk* chunks;
  const Oid* relations;
  std::size_t count;
};

[[noreturn]] void throw_unsuitable(const std::string& message) {
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE, message);
}

std::vector<OwnChunk> known_chunks(const NullableDatum* arguments, std::size_t count) {
  std::vector<OwnChunk> chunks;
  for (std::size_t i = 0; i < count; ++i) {
    chunks.push_back(own_chunk(arguments[i], kFunction));
    if (chunks[i].hypertable.id != chunks[0].hypertable.id) {
      throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                         "chunks of different hypertables cannot be merged");
    }
  }
  if (count < 2) throw_unsuitable("at least two chunks are needed to merge them");
  return chunks;
}

void sort_by_range(std::vector<OwnChunk>& chunks) {
  std::sort(chunks.begin(), chunks.end(), [](const OwnChunk& a, const OwnChunk& b) {
    return a.chunk.slice.begin < b.chunk.slice.begin;
  });
  const auto twice = std::adjacent_find(
      chunks.begin(), chunks.end(),
      [](const OwnChunk& a, const OwnChunk& b) { return a.chunk.relation == b.chunk.relation; });
  if (twice == chunks.end()) return;
  const char* name = pg::call([&] { return get_rel_name(twice->chunk.relation); });
  throw_unsuitable("chunk \"" + std::string(name) + "\" is given twice");
}

void require_adjacent(const std::vector<OwnChunk>& chunks) {
  std::vector<Slice> slices;
  slices.reserve(chunks.size());
  for (const OwnChunk& each : chunks) slices.push_back(each.chunk.slice);
  const auto gap = first_gap(slices);
  if (!gap) return;
  const auto name = [&](std::size_t i) {
    return std::string(pg::call([&] { return get_rel_name(chunks[i].chunk.relation); }));
  };
  throw pg::SqlError(ERRCODE_FEATURE_NOT_SUPPORTED,
                     "only chunks that follow each other can be merged",
                     "Between \"" + name(*gap - 1) + "\" and \"" + name(*gap) + "\" lies a gap.");
}

/// Nobody writes into the chunks any more, and nobody else changes their ranges.
void lock_against_writers(std::vector<OwnChunk>& chunks) {
  // Against DDL on the hypertable, and others who merge, split, attach or detach.
  lock_hypertable_of(chunks[0], ShareUpdateExclusiveLock);
  std::vector<Oid> relations;
  relations.reserve(chunks.size());
  for (const OwnChunk& each : chunks) relations.push_back(each.chunk.relation);
  pg::call([&] { lock_all(relations.data(), relations.size(), ExclusiveLock); });
  for (OwnChunk& each : chunks) {
    each = current(each);
    require_whole_slice(each, kFunction);
    require_rows_or_columns(each.chunk.relation, kFunction);
    pg::call([relation = each.chunk.relation] {
      require_not_frozen(relation, ERRCODE_FEATURE_NOT_SUPPORTED, "merged");
    });
  }
}

void require_unused(const Merge& merge) {
  for (std::size_t i = 0; i < merge.count; ++i) {
    Relation table = table_open(merge.relations[i], NoLock);
    CheckTableNotInUse(table, "merge chunk");
    table_close(table, NoLock);
  }
}

bool has_columns(const Merge& merge) {
  return std::any_of(merge.relations, merge.relations + merge.count, is_columnar);
}

/// Those of chunks that are in columns; rows of the others lie beside them.
void carry_columns(const Merge& merge, Relation together, const pg::FreezeLimits& limits) {
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < merge.count; ++i) {
    if (!is_columnar(merge.relations[i])) continue;
    Relation source = table_open(merge.relations[i], NoLock);
    next = columns().carry(source, together, next, limits);
    table_close(source, NoLock);
  }
}

void keep_values_of(const Merge& merge) {
  for (std::size_t i = 0; i < merge.count; ++i) {
    Relation source = table_open(merge.relations[i], NoLock);
    keep_values(source);
    table_close(source, NoLock);
  }
}

/// All rows of all chunks, in new files for the first one.
Rewrite rewrite_together(const Merge& merge) {
  keep_values_of(merge);
  Relation first = table_open(merge.relations[0], NoLock);
  Rewrite rewrite =
      begin_rewrite(first, {tablespace_of_relation(merge.relations[0]), false, InvalidOid});
  table_close(first, NoLock);
  if (has_columns(merge)) columns().prepare(rewrite.transient);
  Relation together = table_open(rewrite.transient, AccessExclusiveLock);
  VersionTarget target = {together, rewrite.limits, 0, 0};
  for (std::size_t i = 0; i < merge.count; ++i) {
    Relation source = table_open(merge.relations[i], NoLock);
    copy_versions(source, time_column_of(source, merge.hypertable), &target, 1);
    table_close(source, NoLock);
  }
  carry_columns(merge, together, rewrite.limits);
  table_close(together, NoLock);
  build_indexes(rewrite, target.rows);
  return rewrite;
}

/// Their rows are in the first chunk now, and so is what references them.
void drop_others(const Merge& merge) {
  for (std::size_t i = 1; i < merge.count; ++i) {
    drop(merge.hypertable.relation, merge.relations[i], false);
  }
}

void widen(const Merge& merge, Slice slice) {
  Relation parent = table_open(merge.hypertable.relation, NoLock);
  change_bound(parent, merge.relations[0], slice);
  table_close(parent, NoLock);
}

void merge_locked(const Merge& merge) {
  const Slice slice = {merge.chunks[0].slice.begin, merge.chunks[merge.count - 1].slice.end};
  require_unused(merge);
  Relation parent = table_open(merge.hypertable.relation, NoLock);
  const RestrictedUser before = become_owner(parent);
  table_close(parent, NoLock);
  const Rewrite rewrite = rewrite_together(merge);
  lock_all(merge.relations, merge.count, AccessExclusiveLock,
           [](Oid chunk, LOCKMODE) { lock_for_exchange(chunk); });
  const bool in_columns = has_columns(merge);
  if (in_columns) columns().merged(merge.chunks, merge.count);
  drop_others(merge);
  widen(merge, slice);
  finish_rewrite(rewrite);
  if (in_columns) columns().become(merge.relations[0]);
  become_again(before);
}

void merge_array(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0)) throw_unsuitable("the chunks must not be null");
  struct Elements {
    Datum* values;
    bool* nulls;
    int count;
  };
  const Elements elements = pg::call([&] {
    Elements all = {};
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT,
                      &all.values, &all.nulls, &all.count);
    return all;
  });
  std::vector<NullableDatum> arguments;
  arguments.reserve(elements.count);
  for (int i = 0; i < elements.count; ++i) {
    arguments.push_back({elements.values[i], elements.nulls[i]});
  }
  merge_chunks(arguments.data(), arguments.size());
}

}  // namespace

void merge_chunks(const NullableDatum* arguments, std::size_t count) {
  std::vector<OwnChunk> chunks = known_chunks(arguments, count);
  sort_by_range(chunks);
  lock_against_writers(chunks);
  sort_by_range(chunks);
  require_adjacent(chunks);

  std::vector<catalog::Chunk> rows;
  std::vector<Oid> relations;
  for (const OwnChunk& each : chunks) {
    rows.push_back(each.chunk);
    relations.push_back(each.chunk.relation);
  }
  const Merge merge = {chunks[0].hypertable, rows.data(), relations.data(), rows.size()};
  const bool analyzed = pg::call([&] {
    const bool had_statistics = has_statistics(relations[0]);
    merge_locked(merge);
    return had_statistics;
  });
  rows[0].slice.end = rows.back().slice.end;
  catalog::ChunkTable::update(rows[0]);
  if (analyzed) pg::call([&] { analyze(relations[0]); });
}

}  // namespace varve::chunk

// merge_chunks(chunk1 regclass, chunk2 regclass, concurrently boolean)
VARVE_SQL_FUNCTION(varve_merge_two_chunks) {
  varve::chunk::merge_chunks(fcinfo->args, 2);
  PG_RETURN_VOID();
}

// merge_chunks(chunks regclass[]) and merge_chunks_concurrently(chunks regclass[])
VARVE_SQL_FUNCTION(varve_merge_chunks) {
  varve::chunk::merge_array(fcinfo);
  PG_RETURN_VOID();
}
