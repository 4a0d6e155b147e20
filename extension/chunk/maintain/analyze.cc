#include "extension/chunk/maintain/analyze.h"

extern "C" {
#include <access/genam.h>
#include <access/table.h>
#include <access/xact.h>
#include <catalog/pg_statistic.h>
#include <commands/vacuum.h>
#include <nodes/makefuncs.h>
#include <utils/fmgroids.h>
}

namespace varve::chunk {

void analyze(Oid chunk) {
  VacuumParams parameters = {};
  parameters.options = VACOPT_ANALYZE;
  parameters.log_min_duration = -1;
  vacuum(list_make1(makeVacuumRelation(nullptr, chunk, NIL)), &parameters, nullptr, false);
  CommandCounterIncrement();
}

bool has_statistics(Oid chunk) {
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_statistic_starelid, BTEqualStrategyNumber, F_OIDEQ,
              ObjectIdGetDatum(chunk));
  Relation table = table_open(StatisticRelationId, AccessShareLock);
  SysScanDesc scan =
      systable_beginscan(table, StatisticRelidAttnumInhIndexId, true, nullptr, 1, &key);
  const bool found = HeapTupleIsValid(systable_getnext(scan));
  systable_endscan(scan);
  table_close(table, AccessShareLock);
  return found;
}

}  // namespace varve::chunk
