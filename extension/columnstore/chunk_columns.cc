#include "extension/columnstore/chunk_columns.h"

#include "extension/catalog/chunk_event.h"
#include "extension/catalog/hypertable_table.h"
#include "extension/chunk/maintain/columns.h"
#include "extension/columnar/carry_over.h"
#include "extension/columnstore/access_method.h"
#include "extension/columnstore/chunk_size.h"
#include "extension/columnstore/divide.h"
#include "extension/columnstore/filter_columns.h"
#include "extension/columnstore/full_indexes.h"
#include "extension/columnstore/reader.h"
#include "extension/skipping/measure.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <utils/lsyscache.h>
}

namespace varve::columnstore {
namespace {

void become(Oid table) {
  if (!chunk::is_columnar(table)) set_access_method(table, columnar_method());
  const std::int32_t hypertable_id = pg::entry([&] {
    const auto chunk = catalog::ChunkTable::find(table);
    return chunk ? chunk->hypertable_id : 0;
  });
  if (hypertable_id != 0) skipping::store_ranges(hypertable_id, table);
}

std::uint32_t carry(Relation source, Relation target, std::uint32_t first,
                    const pg::FreezeLimits& limits) {
  GroupNumbers numbers = GroupNumbers::none();
  Reader* reader = Reader::open(source);
  for (const GroupInfo& group : reader->groups()) {
    numbers.of[group.number] = static_cast<std::int32_t>(first++);
  }
  reader->close();
  copy_groups(source, target, numbers);
  columnar::copy_tombstones(source, target, numbers, limits);
  return first;
}

void add(Conversion& sum, const Conversion& conversion) {
  sum.rows += conversion.rows;
  sum.groups += conversion.groups;
  sum.table_bytes += conversion.table_bytes;
  sum.index_bytes += conversion.index_bytes;
  sum.toast_bytes += conversion.toast_bytes;
}

/// What is noted of a chunk; of one of rows, as if it were about to become columns.
Conversion conversion_of(const catalog::Chunk& chunk) {
  Conversion conversion = {};
  if (find_conversion(chunk.id, conversion)) return conversion;
  Relation table = table_open(chunk.relation, AccessShareLock);
  conversion = measured(table);
  table_close(table, NoLock);
  return conversion;
}

void store(const catalog::Chunk& chunk, const Settings& settings, const Conversion& conversion) {
  store_conversion(chunk.id, settings, filter_text(chunk.relation, settings), conversion);
}

void merged(const catalog::Chunk* chunks, std::size_t count) {
  Conversion sum = {};
  for (std::size_t i = 0; i < count; ++i) add(sum, conversion_of(chunks[i]));
  store(chunks[0], settings_of(chunks[0].hypertable_id), sum);
}

/// The bytes of before go with the rows.
Conversion share_of(const Conversion& whole, const chunk::ColumnCount& part, std::int64_t rows) {
  const double share = rows > 0 ? static_cast<double>(part.rows) / static_cast<double>(rows) : 0.5;
  const auto of = [&](std::int64_t bytes) {
    return static_cast<std::int64_t>(static_cast<double>(bytes) * share);
  };
  return {part.rows, part.groups, of(whole.table_bytes), of(whole.index_bytes),
          of(whole.toast_bytes)};
}

void divided(const catalog::Chunk& chunk, const catalog::Chunk& rest,
             const chunk::ColumnCount* counts) {
  const Settings settings = settings_of(chunk.hypertable_id);
  const Conversion whole = conversion_of(chunk);
  const std::int64_t rows = counts[0].rows + counts[1].rows;
  store(chunk, settings, share_of(whole, counts[0], rows));
  store(rest, settings, share_of(whole, counts[1], rows));
  build_full_indexes(rest.relation);
  skipping::store_ranges(chunk.hypertable_id, chunk.relation);
}

/// A table in columns has become a chunk: what it was before is not known.
void note_attached(const catalog::Chunk& chunk) {
  const Settings settings = settings_of(chunk.hypertable_id);
  if (!settings.is_enabled) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("table \"%s\" is in columns, and columnstore is not enabled for the "
                           "hypertable",
                           get_rel_name(chunk.relation)),
                    errhint("ALTER TABLE ... SET (tsdb.enable_columnstore) enables it.")));
  }
  Relation table = table_open(chunk.relation, AccessShareLock);
  Conversion conversion = measured(table);
  Reader* reader = Reader::open(table);
  for (const GroupInfo& group : reader->groups()) conversion.rows += group.rows;
  conversion.groups = static_cast<std::int64_t>(reader->groups().size());
  reader->close();
  table_close(table, NoLock);
  store(chunk, settings, conversion);
  skipping::store_ranges(chunk.hypertable_id, chunk.relation);
}

void on_chunk_event(const catalog::Chunk& chunk, catalog::ChunkEvent event) {
  pg::call([&] {
    if (event == catalog::ChunkEvent::kDetached) {
      forget_conversion(chunk.id);
      skipping::forget_ranges(chunk.hypertable_id, chunk.relation);
    } else if (chunk::is_columnar(chunk.relation)) {
      note_attached(chunk);
    }
  });
}

}  // namespace

void install_chunk_columns() {
  chunk::install_columns({columnar_method, prepare_for_columns, become, has_groups, is_wanted_full,
                          carry, divide, merged, divided});
  catalog::on_chunk_event(on_chunk_event);
}

}  // namespace varve::columnstore
