// Rows of the catalog that pg_restore copies in. Whoever installed the extension has the right to
// do so, superuser or not, and everything else trusts the catalog: a row must describe a table of
// the user's own as it is.
#include <string>

#include "extension/catalog/chunk_table.h"
#include "extension/catalog/hypertable_cache.h"
#include "extension/catalog/ownership.h"
#include "extension/hypertable/dimension.h"

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/table.h>
#include <catalog/partition.h>
#include <commands/trigger.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/partcache.h>
#include <utils/rel.h>
}

namespace varve::hypertable {
namespace {

const TriggerData& trigger_of(FunctionCallInfo fcinfo) {
  if (!CALLED_AS_TRIGGER(fcinfo)) {
    throw pg::SqlError(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, "not called as a trigger");
  }
  return *reinterpret_cast<const TriggerData*>(fcinfo->context);
}

/// The row as it is after the change; after a DELETE, as it was.
HeapTuple newest_row(const TriggerData& trigger) {
  return TRIGGER_FIRED_BY_UPDATE(trigger.tg_event) ? trigger.tg_newtuple : trigger.tg_trigtuple;
}

/// The hypertable that `chunk` has been attached to.
Oid parent_of(Oid chunk) {
  return pg::call([&] {
    if (!get_rel_relispartition(chunk)) {
      ereport(ERROR, (errcode(ERRCODE_INVALID_TABLE_DEFINITION),
                      errmsg("row of varve_catalog.chunk names table \"%s\", which is no partition",
                             get_rel_name(chunk))));
    }
    return get_partition_parent(chunk, true);
  });
}

/// Whether `table` is partitioned by range of the row's column, of the row's type.
bool describes(const catalog::Hypertable& row, Relation table) {
  if (table->rd_rel->relkind != RELKIND_PARTITIONED_TABLE) return false;
  const Dimension dimension = find_dimension(table, row.column);
  const PartitionKey key = pg::call([&] { return RelationGetPartitionKey(table); });
  return key->strategy == PARTITION_STRATEGY_RANGE && key->partnatts == 1 &&
         key->partattrs[0] == dimension.column && row.column_type == dimension.type_oid;
}

void require_truth(const catalog::Hypertable& row) {
  Relation table = pg::call([&] { return table_open(row.relation, AccessShareLock); });
  if (!describes(row, table)) {
    throw pg::SqlError(ERRCODE_INVALID_TABLE_DEFINITION,
                       "row of varve_catalog.hypertable does not describe table \"" +
                           std::string(RelationGetRelationName(table)) + "\"");
  }
  pg::call([&] { table_close(table, NoLock); });
  // Throws where the interval does not suit the type.
  const RequestedWidth width = {RequestedWidth::Form::kInteger, row.chunk_interval, 0, 0, 0};
  chunk_interval(dimension_type(row.column_type), width);
}

Datum hypertable_restored(FunctionCallInfo fcinfo) {
  const TriggerData& trigger = trigger_of(fcinfo);
  const auto row = pg::call([&] {
    return catalog::HypertableTable::row_of(newest_row(trigger),
                                            RelationGetDescr(trigger.tg_relation));
  });
  if (!TRIGGER_FIRED_BY_DELETE(trigger.tg_event)) {
    pg::call([&] { catalog::require_own_relation(row.relation); });
    require_truth(row);
  }
  // Sessions may have met the table while it was none of ours.
  catalog::invalidate_hypertable(row.relation);
  return PointerGetDatum(nullptr);
}

Datum chunk_restored(FunctionCallInfo fcinfo) {
  const TriggerData& trigger = trigger_of(fcinfo);
  const auto row = pg::call([&] {
    return catalog::ChunkTable::row_of(newest_row(trigger), RelationGetDescr(trigger.tg_relation));
  });
  pg::call([&] { catalog::require_own_relation(row.relation); });
  const Oid parent = parent_of(row.relation);
  pg::call([&] { catalog::require_own_relation(parent); });
  return PointerGetDatum(nullptr);
}

}  // namespace
}  // namespace varve::hypertable

// varve_catalog.hypertable_restored() returns trigger
VARVE_SQL_FUNCTION(varve_hypertable_restored) {
  return varve::hypertable::hypertable_restored(fcinfo);
}

// varve_catalog.chunk_restored() returns trigger
// By now pg_restore has attached the chunk to its hypertable, whose row may be yet to come.
VARVE_SQL_FUNCTION(varve_chunk_restored) { return varve::hypertable::chunk_restored(fcinfo); }
