#include "extension/pg/lost_values.h"

extern "C" {
#include <access/detoast.h>
#include <access/genam.h>
#include <access/htup_details.h>
#include <access/table.h>
#include <access/toast_internals.h>
#include <utils/fmgroids.h>
#include <utils/snapmgr.h>
}

namespace varve::pg {
namespace {

/// Bytes that are left of a value; also those that have been deleted with the row.
std::size_t bytes_of_value(Relation toast, Relation index, Oid value) {
  constexpr AttrNumber kId = 1;
  constexpr AttrNumber kData = 3;
  ScanKeyData key;
  ScanKeyInit(&key, kId, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(value));
  SysScanDesc scan = systable_beginscan_ordered(toast, index, SnapshotAny, 1, &key);
  std::size_t bytes = 0;
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection))) {
    bool is_null;
    const Datum data = fastgetattr(tuple, kData, RelationGetDescr(toast), &is_null);
    if (!is_null) bytes += VARSIZE_ANY_EXHDR(DatumGetPointer(data));
  }
  systable_endscan_ordered(scan);
  return bytes;
}

bool is_lost(Relation toast, Relation index, const char* value) {
  if (!VARATT_IS_EXTERNAL_ONDISK(value)) return false;
  varatt_external pointer;
  VARATT_EXTERNAL_GET_POINTER(pointer, value);
  return bytes_of_value(toast, index, pointer.va_valueid) < VARATT_EXTERNAL_GET_EXTSIZE(pointer);
}

}  // namespace

bool has_lost_values(Relation table, const Datum* values, const bool* nulls) {
  if (!OidIsValid(table->rd_rel->reltoastrelid)) return false;
  const TupleDesc columns = RelationGetDescr(table);
  Relation toast = table_open(table->rd_rel->reltoastrelid, AccessShareLock);
  Relation index =
      index_open(toast_get_valid_index(RelationGetRelid(toast), AccessShareLock), AccessShareLock);
  bool found = false;
  for (int i = 0; i < columns->natts && !found; ++i) {
    const FormData_pg_attribute& column = *TupleDescAttr(columns, i);
    if (column.attlen != -1 || column.attisdropped || nulls[i]) continue;
    found = is_lost(toast, index, DatumGetPointer(values[i]));
  }
  index_close(index, NoLock);
  table_close(toast, NoLock);
  return found;
}

}  // namespace varve::pg
