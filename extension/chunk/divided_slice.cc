#include "extension/chunk/divided_slice.h"

#include "extension/catalog/chunk_table.h"
#include "extension/chunk/attach.h"
#include "extension/chunk/coordinate.h"
#include "extension/chunk/create.h"
#include "extension/chunk/parent_mark.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <catalog/index.h>
#include <catalog/partition.h>
#include <catalog/pg_class.h>
#include <catalog/pg_inherits.h>
#include <nodes/makefuncs.h>
#include <utils/fmgroids.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::chunk {
namespace {

const PartitionBoundSpec* bound_of_share(int modulus, int remainder) {
  PartitionBoundSpec* bound = makeNode(PartitionBoundSpec);
  bound->strategy = PARTITION_STRATEGY_HASH;
  bound->modulus = modulus;
  bound->remainder = remainder;
  bound->location = -1;
  return bound;
}

void create_chunks(Oid slice_table, const catalog::Hypertable& hypertable, std::int32_t first_id,
                   Slice slice) {
  const TimestampTz created = GetCurrentTimestamp();  // one time for all: they go together
  Relation table = pg::call([&] { return table_open(slice_table, NoLock); });
  pg::call([&] { hold_parent_mark(table); });
  for (int i = 0; i < hypertable.space_partitions; ++i) {
    const std::int32_t id = i == 0 ? first_id : catalog::ChunkTable::next_id();
    const Oid chunk = create_table(table, hypertable, id, slice, created);
    const auto* bound = pg::call([&] { return bound_of_share(hypertable.space_partitions, i); });
    attach(table, chunk, id, *bound);
  }
  pg::call([&] { table_close(table, NoLock); });
}

/// Until AtEOXact_GUC() with the result: a partitioned table and its indexes cannot name the
/// database's own tablespace, and without a name PostgreSQL would ask this session's settings.
int forget_default_tablespace() {
  const int settings = NewGUCNestLevel();
  set_config_option("default_tablespace", "", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                    false);
  return settings;
}

/// What `child` is a partition of, or InvalidOid.
Oid parent_of(Oid child) {
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(child));
  Relation table = table_open(InheritsRelationId, AccessShareLock);
  SysScanDesc scan = systable_beginscan(table, InheritsRelidSeqnoIndexId, true, nullptr, 1, &key);
  HeapTuple tuple = systable_getnext(scan);
  const Oid parent = HeapTupleIsValid(tuple)
                         ? reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhparent
                         : InvalidOid;
  systable_endscan(scan);
  table_close(table, AccessShareLock);
  return parent;
}

}  // namespace

Oid create_divided_slice(Relation parent, const catalog::Hypertable& hypertable, Slice slice) {
  const int settings = pg::call([&] { return forget_default_tablespace(); });
  const std::int32_t id = catalog::ChunkTable::next_id();
  const Oid table = create_slice_table(parent, hypertable, id, slice);
  attach(parent, table, id, slice);
  create_chunks(table, hypertable, id, slice);
  pg::call([&] { AtEOXact_GUC(false, settings); });
  return table;
}

Oid part_of_hypertable(Oid chunk, Oid parent) {
  Oid part = chunk;
  while (OidIsValid(part)) {
    const Oid above = parent_of(part);
    if (above == parent) return part;
    part = above;
  }
  return InvalidOid;
}

List* divided_slices_of(Oid parent) {
  List* slices = NIL;
  ListCell* cell;
  foreach (cell, find_inheritance_children(parent, NoLock)) {
    if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_PARTITIONED_TABLE) {
      slices = lappend_oid(slices, lfirst_oid(cell));
    }
  }
  return slices;
}

Oid index_of_chunk(Oid chunk, Oid index) {
  const Oid parent = parent_of(chunk);
  if (!OidIsValid(parent)) return InvalidOid;
  if (parent != IndexGetRelation(index, false)) index = index_of_chunk(parent, index);
  if (!OidIsValid(index)) return InvalidOid;
  Relation table = table_open(chunk, AccessShareLock);
  const Oid part = index_get_partition(table, index);
  table_close(table, NoLock);
  return part;
}

}  // namespace varve::chunk
