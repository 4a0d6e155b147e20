// timescaledb_experimental.add_policies(), alter_policies(): arguments of any type become JSON, and
// varve_catalog.add_policy_set(), alter_policy_set() do the rest.
#include "extension/job/catalog_sql.h"
#include "extension/job/policy.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <tcop/utility.h>
}

namespace varve::job {
namespace {

enum Position { kRelation, kExistenceFlag, kRefreshStart, kRefreshEnd, kCompressAfter, kDropAfter };

/// Calls `statement` with the relation, the flag and the offsets as JSON, as the current user.
void call_with_offsets(FunctionCallInfo fcinfo, const char* statement) {
  pg::call([] { PreventCommandIfReadOnly("a change of policies"); });
  const Target target = policy_target(fcinfo, kRelation);
  const auto json = [&](int position, const char* name) {
    return offset_argument(fcinfo, position, name, target).json;
  };
  const char* start = json(kRefreshStart, "refresh_start_offset");
  const char* end = json(kRefreshEnd, "refresh_end_offset");
  const char* compress = json(kCompressAfter, "compress_after");
  const char* drop = json(kDropAfter, "drop_after");
  pg::call([&] {
    SPI_connect();
    execute(statement,
            {{REGCLASSOID, ObjectIdGetDatum(target.relation)},
             Argument::boolean(!PG_ARGISNULL(kExistenceFlag) && PG_GETARG_BOOL(kExistenceFlag)),
             Argument::text(start),
             Argument::text(end),
             Argument::text(compress),
             Argument::text(drop)});
    SPI_finish();
  });
}

}  // namespace
}  // namespace varve::job

// add_policies(relation regclass, if_not_exists boolean, refresh_start_offset "any",
//              refresh_end_offset "any", compress_after "any", drop_after "any") returns boolean
VARVE_SQL_FUNCTION(varve_add_policies) {
  varve::job::call_with_offsets(fcinfo,
                                "SELECT varve_catalog.add_policy_set($1, $2, $3, $4, $5, $6)");
  PG_RETURN_BOOL(true);
}

// alter_policies(relation regclass, if_exists boolean, refresh_start_offset "any",
//                refresh_end_offset "any", compress_after "any", drop_after "any") returns boolean
VARVE_SQL_FUNCTION(varve_alter_policies) {
  varve::job::call_with_offsets(fcinfo,
                                "SELECT varve_catalog.alter_policy_set($1, $2, $3, $4, $5, $6)");
  PG_RETURN_BOOL(true);
}
