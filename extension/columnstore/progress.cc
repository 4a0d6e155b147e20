#include "extension/columnstore/progress.h"

#include <algorithm>

#include "extension/pg/boundary.h"
#include "extension/pg/set_returning.h"
extern "C" {
#include <access/htup_details.h>
#include <catalog/pg_authid.h>
#include <funcapi.h>
#include <miscadmin.h>
#include <pgstat.h>
#include <utils/acl.h>
#include <utils/backend_progress.h>
#include <utils/backend_status.h>
}

namespace varve::columnstore::progress {
namespace {

// One more than PostgreSQL's own, whose views pass over it.
constexpr auto kConversion = static_cast<ProgressCommandType>(7);
#if PG_VERSION_NUM < 190000
static_assert(PROGRESS_COMMAND_COPY < kConversion);
#endif

// Of the backend's numbers, phase and counts are the first; the last one is ours alone, should
// another extension have had the same thought.
constexpr int kPhase = 0;
constexpr int kMark = PGSTAT_NUM_PROGRESS_PARAM - 1;
constexpr std::int64_t kMarked = 0x56617276;
constexpr int kNumbers = static_cast<int>(Count::kAttempt) + 1;
constexpr int kColumns = kNumbers + 2;

Oid current_chunk = InvalidOid;
std::int64_t numbers[kNumbers];  // of this backend, since others may end what it tells

bool is_under_way() {
  return MyBEEntry != nullptr && MyBEEntry->st_progress_command == kConversion;
}

void begin_again() {
  pgstat_progress_start_command(kConversion, current_chunk);
  for (int i = 0; i < kNumbers; ++i) pgstat_progress_update_param(i, numbers[i]);
  pgstat_progress_update_param(kMark, kMarked);
}

void set(int number, std::int64_t value) {
  numbers[number] = value;
  pgstat_progress_update_param(number, value);
}

bool is_visible(const PgBackendStatus& entry) {
  return entry.st_procpid > 0 && entry.st_progress_command == kConversion &&
         entry.st_progress_param[kMark] == kMarked && entry.st_databaseid == MyDatabaseId &&
         (has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) ||
          has_privs_of_role(GetUserId(), entry.st_userid));
}

Datum row_of(const PgBackendStatus& entry, TupleDesc columns) {
  Datum values[kColumns] = {Int32GetDatum(entry.st_procpid),
                            ObjectIdGetDatum(entry.st_progress_command_target)};
  bool nulls[kColumns] = {};
  for (int i = 0; i < kNumbers; ++i) {
    values[i + 2] = Int64GetDatum(entry.st_progress_param[i]);
  }
  return HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
}

pg::Datums conversions(FunctionCallInfo fcinfo) {
  TupleDesc columns;
  if (get_call_result_type(fcinfo, nullptr, &columns) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  columns = BlessTupleDesc(columns);
  const int backends = pgstat_fetch_stat_numbackends();
  pg::Datums rows = {static_cast<Datum*>(palloc(sizeof(Datum) * (backends + 1))), 0};
  for (int i = 1; i <= backends; ++i) {
    const PgBackendStatus& entry = pgstat_fetch_stat_local_beentry(i)->backendStatus;
    if (is_visible(entry)) rows.values[rows.count++] = row_of(entry, columns);
  }
  return rows;
}

}  // namespace

void begin(Oid chunk, int attempt) {
  current_chunk = chunk;
  std::fill_n(numbers, kNumbers, 0);
  begin_again();
  set(Count::kAttempt, attempt);
}

void end() { pgstat_progress_end_command(); }

void set(Phase phase) {
  if (!is_under_way()) begin_again();
  set(kPhase, static_cast<std::int64_t>(phase));
}

void set(Count count, std::int64_t value) { set(static_cast<int>(count), value); }

void increase(Count count) {
  if (is_under_way()) set(count, numbers[static_cast<int>(count)] + 1);
}

}  // namespace varve::columnstore::progress

// varve_catalog.conversions()
VARVE_SQL_FUNCTION(varve_conversions) {
  return varve::pg::return_each(fcinfo, [&] {
    return varve::pg::call([&] { return varve::columnstore::progress::conversions(fcinfo); });
  });
}
