#include "extension/job/due_jobs.h"

#include "extension/job/catalog_sql.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/xact.h>
#include <utils/array.h>
#include <utils/snapmgr.h>
}

namespace varve::job {
namespace {

constexpr const char* kRead = R"(
  SELECT j.id, r.role, j.scheduled, a.oid IS NOT NULL, coalesce(a.rolcanlogin, false), s.next_start
  FROM varve_catalog.job j
      JOIN varve_catalog.job_stat s ON s.job_id = j.id
      LEFT JOIN pg_class c ON c.oid = j.relation,
      LATERAL (SELECT coalesce(c.relowner, j.owner::oid)) r(role)
      LEFT JOIN pg_authid a ON a.oid = r.role
  WHERE $1 IS NULL OR j.id = ANY ($1)
  ORDER BY s.next_start, j.id)";

Argument array_of(const std::vector<std::int32_t>* ids) {
  if (ids == nullptr) return {INT4ARRAYOID, 0, true};
  auto* items = static_cast<Datum*>(palloc(sizeof(Datum) * (ids->size() + 1)));
  for (std::size_t i = 0; i < ids->size(); ++i) items[i] = Int32GetDatum((*ids)[i]);
  return {INT4ARRAYOID, PointerGetDatum(construct_array(items, static_cast<int>(ids->size()),
                                                        INT4OID, 4, true, TYPALIGN_INT))};
}

KnownJob known_job(std::uint64_t row) {
  return {.id = DatumGetInt32(column(row, 1)),
          .role = DatumGetObjectId(column(row, 2)),
          .is_scheduled = DatumGetBool(column(row, 3)),
          .role_exists = DatumGetBool(column(row, 4)),
          .role_may_log_in = DatumGetBool(column(row, 5)),
          .next_start = DatumGetTimestampTz(column(row, 6))};
}

}  // namespace

bool has_jobs() {
  return pg::call([] {
    StartTransactionCommand();
    const bool found = jobs_exist();
    CommitTransactionCommand();
    return found;
  });
}

std::vector<KnownJob> read_jobs(const std::vector<std::int32_t>* ids) {
  std::vector<KnownJob> jobs;
  pg::call([&] {
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    as_catalog_owner([&] {
      const std::uint64_t count = execute(kRead, {array_of(ids)});
      for (std::uint64_t i = 0; i < count; ++i) jobs.push_back(known_job(i));
    });
    PopActiveSnapshot();
    CommitTransactionCommand();
  });
  return jobs;
}

}  // namespace varve::job
