#include "extension/skipping/known_ranges.h"

#include <algorithm>

#include "extension/skipping/version.h"

extern "C" {
#include <utils/hsearch.h>
}

namespace varve::skipping {
namespace {

struct Entry {
  std::int32_t hypertable_id;
  MemoryContext context;  // of what `known` points to; null while it is being filled
  KnownRanges known;
};

HTAB* entries = nullptr;

Entry& entry_of(std::int32_t hypertable_id) {
  if (entries == nullptr) {
    HASHCTL control = {};
    control.keysize = sizeof(std::int32_t);
    control.entrysize = sizeof(Entry);
    control.hcxt = TopMemoryContext;
    entries = hash_create("ranges of chunks", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
  }
  bool found = false;
  auto* entry = static_cast<Entry*>(hash_search(entries, &hypertable_id, HASH_ENTER, &found));
  if (!found) *entry = {hypertable_id, nullptr, {kNoVersion, nullptr, 0}};
  return *entry;
}

bool is_before(const ChunkRange& a, const ChunkRange& b) {
  return a.column_id != b.column_id ? a.column_id < b.column_id : a.chunk < b.chunk;
}

/// The ranges of chunks that are not among `late`, by column and chunk.
List* without_late(List* ranges, List* late) {
  list_sort(late, list_oid_cmp);
  const auto* begin = late != NIL ? &linitial_oid(late) : nullptr;
  List* rest = NIL;
  ListCell* cell;
  foreach (cell, ranges) {
    auto* range = static_cast<ChunkRange*>(lfirst(cell));
    const bool is_late =
        begin != nullptr &&
        std::binary_search(
            late->elements, late->elements + late->length, ListCell{.oid_value = range->chunk},
            [](const ListCell& a, const ListCell& b) { return a.oid_value < b.oid_value; });
    if (!is_late) rest = lappend(rest, range);
  }
  return rest;
}

void fill(KnownRanges& known, List* columns, List* ranges) {
  known.columns = static_cast<KnownColumn*>(
      palloc(sizeof(KnownColumn) * static_cast<std::size_t>(list_length(columns))));
  auto* all = static_cast<ChunkRange*>(MemoryContextAllocHuge(
      CurrentMemoryContext,
      sizeof(ChunkRange) *
          std::max<std::size_t>(1, static_cast<std::size_t>(list_length(ranges)))));
  ChunkRange* end = all;
  ListCell* cell;
  foreach (cell, ranges) *end++ = *static_cast<ChunkRange*>(lfirst(cell));
  std::sort(all, end, is_before);
  foreach (cell, columns) {
    const auto& column = *static_cast<SkippedColumn*>(lfirst(cell));
    const auto of_column = std::equal_range(
        all, end, ChunkRange{InvalidOid, column.id, 0, 0},
        [](const ChunkRange& a, const ChunkRange& b) { return a.column_id < b.column_id; });
    known.columns[known.count++] = {column, of_column.first,
                                    static_cast<std::size_t>(of_column.second - of_column.first)};
  }
}

void load(Entry& entry) {
  if (entry.context != nullptr) MemoryContextDelete(entry.context);
  entry.context = nullptr;
  entry.known = {kNoVersion, nullptr, 0};
  // The version before all else, and what has been written before the ranges: a conversion that
  // commits in between takes both away.
  const std::uint64_t version = version_of(entry.hypertable_id);
  List* columns = columns_of(entry.hypertable_id);
  List* late = columns != NIL ? late_chunks(entry.hypertable_id) : NIL;
  List* ranges = columns != NIL ? certain_ranges(entry.hypertable_id) : NIL;
  entry.context = AllocSetContextCreate(TopMemoryContext, "ranges of chunks", ALLOCSET_SMALL_SIZES);
  const MemoryContext outer = MemoryContextSwitchTo(entry.context);
  fill(entry.known, columns, without_late(ranges, late));
  MemoryContextSwitchTo(outer);
  entry.known.version = version;
}

}  // namespace

const ChunkRange* KnownColumn::find(Oid chunk) const {
  const ChunkRange* end = ranges + count;
  const ChunkRange* found =
      std::lower_bound(static_cast<const ChunkRange*>(ranges), end, chunk,
                       [](const ChunkRange& range, Oid oid) { return range.chunk < oid; });
  return found != end && found->chunk == chunk ? found : nullptr;
}

const KnownRanges& known_ranges(std::int32_t hypertable_id) {
  Entry& entry = entry_of(hypertable_id);
  if (entry.context == nullptr || entry.known.version == kNoVersion ||
      entry.known.version != version_of(hypertable_id)) {
    load(entry);
  }
  return entry.known;
}

}  // namespace varve::skipping
