#pragma once

#include <cstdint>

#include "extension/pg/postgres.h"
extern "C" {
#include <fmgr.h>
}

// Hashes of values as bloom filters have them (docs/format/columnstore.md, section 8): what the
// type's default hash operator class gives with seed 0. C API.
namespace varve::columnstore {

/// The function that hashes values of a type, which is no domain; InvalidOid where they are not
/// hashed: the type has none, is made of others that may have collations, or the collation takes
/// different texts for equal.
Oid value_hash_of(Oid type, Oid collation);

/// The function for the other side of an equality operator with a column of `type`, which is of
/// `value_type`; InvalidOid where hashes do not say whether the operator holds.
Oid value_hash_of_operand(Oid type, Oid collation, Oid operation, Oid value_type);

/// The hash of a value that is not null.
inline std::uint64_t value_hash(FmgrInfo& function, Oid collation, Datum value) {
  return DatumGetUInt64(FunctionCall2Coll(&function, collation, value, Int64GetDatum(0)));
}

}  // namespace varve::columnstore
