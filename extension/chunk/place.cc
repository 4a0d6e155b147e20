#include "extension/chunk/place.h"

#include "extension/chunk/coordinate.h"

extern "C" {
#include <access/htup_details.h>
#include <catalog/pg_class.h>
#include <nodes/parsenodes.h>
#include <partitioning/partbounds.h>
#include <utils/builtins.h>
#include <utils/partcache.h>
#include <utils/syscache.h>
}

namespace varve::chunk {
namespace {

/// The bound at `position` of the descriptor as a coordinate.
std::int64_t bound_at(const PartitionBoundInfoData& bounds, int position, Oid type) {
  switch (bounds.kind[position][0]) {
    case PARTITION_RANGE_DATUM_MINVALUE: return extent_of(type).lowest;
    case PARTITION_RANGE_DATUM_MAXVALUE: return extent_of(type).highest;
    default: return coordinate_of(bounds.datums[position][0], type);
  }
}

/// One end of a partition's bound as a coordinate.
std::int64_t bound_of(const List* bound, Oid type) {
  const auto* end = linitial_node(PartitionRangeDatum, bound);
  switch (end->kind) {
    case PARTITION_RANGE_DATUM_MINVALUE: return extent_of(type).lowest;
    case PARTITION_RANGE_DATUM_MAXVALUE: return extent_of(type).highest;
    default: return coordinate_of(castNode(Const, end->value)->constvalue, type);
  }
}

}  // namespace

std::optional<Slice> stored_slice(Oid chunk, Oid type) {
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(chunk));
  if (!HeapTupleIsValid(tuple)) return std::nullopt;
  bool is_null = true;
  const Datum stored = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relpartbound, &is_null);
  std::optional<Slice> slice;
  if (!is_null) {
    const auto* bound =
        static_cast<const PartitionBoundSpec*>(stringToNode(TextDatumGetCString(stored)));
    slice = Slice{bound_of(bound->lowerdatums, type), bound_of(bound->upperdatums, type)};
  }
  ReleaseSysCache(tuple);
  return slice;
}

Place place_of(PartitionDesc descriptor, Relation parent, Datum value, Oid type) {
  const Extent extent = extent_of(type);
  Place place = {InvalidOid, {extent.lowest, extent.highest}};
  if (descriptor->nparts == 0) return place;

  const PartitionBoundInfoData& bounds = *descriptor->boundinfo;
  PartitionKey key = RelationGetPartitionKey(parent);
  bool is_equal = false;
  const int before = partition_range_datum_bsearch(key->partsupfunc, key->partcollation,
                                                   descriptor->boundinfo, 1, &value, &is_equal);
  // indexes[i] is the partition that ends at bound i, or -1 for a gap.
  const int index = bounds.indexes[before + 1];
  if (index >= 0) place.chunk = descriptor->oids[index];
  if (before >= 0) place.slice.begin = bound_at(bounds, before, type);
  if (before + 1 < bounds.ndatums) place.slice.end = bound_at(bounds, before + 1, type);
  return place;
}

Slice range_before(const PartitionBoundInfoData& bounds, int position, Oid type) {
  return {bound_at(bounds, position - 1, type), bound_at(bounds, position, type)};
}

}  // namespace varve::chunk
