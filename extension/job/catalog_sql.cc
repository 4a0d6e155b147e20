#include "extension/job/catalog_sql.h"

#include "extension/catalog/relations.h"

extern "C" {
#include <catalog/namespace.h>
#include <utils/lsyscache.h>
}

namespace varve::job {
namespace {
constexpr std::size_t kMaxArguments = 24;
}

bool jobs_exist() {
  if (!catalog::relations()) return false;
  const Oid schema = get_namespace_oid("varve_catalog", true);
  return OidIsValid(schema) && OidIsValid(get_relname_relid("job", schema)) &&
         OidIsValid(get_relname_relid("job_stat", schema));
}

std::uint64_t execute(const char* sql, std::initializer_list<Argument> arguments) {
  Oid types[kMaxArguments];
  Datum values[kMaxArguments];
  char nulls[kMaxArguments] = {};
  int count = 0;
  Assert(arguments.size() <= kMaxArguments);
  for (const Argument& argument : arguments) {
    types[count] = argument.type;
    values[count] = argument.value;
    nulls[count++] = argument.is_null ? 'n' : ' ';
  }
  const int code = SPI_execute_with_args(sql, count, types, values, nulls, false, 0);
  if (code < 0)
    elog(ERROR, "statement of the job catalog failed: %s", SPI_result_code_string(code));
  return SPI_processed;
}

Datum column(std::uint64_t row, int number, bool* is_null) {
  bool null = false;
  const Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, &null);
  if (is_null != nullptr) *is_null = null;
  return null ? 0 : value;
}

}  // namespace varve::job
