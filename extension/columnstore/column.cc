#include "extension/columnstore/column.h"

extern "C" {
#include <catalog/pg_attribute.h>
#include <utils/lsyscache.h>
#include <utils/pg_locale.h>
}

namespace varve::columnstore {
namespace {

bool is_deterministic(Oid collation) {
  return !OidIsValid(collation) || get_collation_isdeterministic(collation);
}

bool compares_bytes(Oid collation) { return !OidIsValid(collation) || lc_collate_is_c(collation); }

}  // namespace

Column column_of(const FormData_pg_attribute& attribute) {
  std::int32_t typmod = attribute.atttypmod;
  const Oid base = getBaseTypeAndTypmod(attribute.atttypid, &typmod);
  const Representation representation =
      representation_of({base, attribute.attlen, attribute.attbyval});
  const bool is_bytes = representation.order == Order::kBytes;
  return {attribute.attnum,
          base,
          typmod,
          attribute.attcollation,
          representation,
          range_of(representation) != Range::kNone &&
              (!is_bytes || compares_bytes(attribute.attcollation)),
          is_bytes && is_deterministic(attribute.attcollation)};
}

}  // namespace varve::columnstore
