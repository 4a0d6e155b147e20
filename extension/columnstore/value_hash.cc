#include "extension/columnstore/value_hash.h"

extern "C" {
#include <access/hash.h>
#include <access/stratnum.h>
#include <catalog/pg_type.h>
#include <utils/lsyscache.h>
#include <utils/typcache.h>
}

namespace varve::columnstore {
namespace {

bool is_deterministic(Oid collation) {
  return !OidIsValid(collation) || get_collation_isdeterministic(collation);
}

/// Rows and ranges have collations of their own.
bool is_plain(Oid type) {
  const char kind = get_typtype(type);
  return kind == TYPTYPE_BASE || kind == TYPTYPE_ENUM;
}

/// Of an array, that of its elements: what the hash is made of.
Oid element_or(Oid type) {
  const Oid element = get_element_type(type);
  return OidIsValid(element) ? getBaseType(element) : type;
}

}  // namespace

Oid value_hash_of(Oid type, Oid collation) {
  if (!is_deterministic(collation) || !is_plain(element_or(type))) return InvalidOid;
  return lookup_type_cache(type, TYPECACHE_HASH_EXTENDED_PROC)->hash_extended_proc;
}

Oid value_hash_of_operand(Oid type, Oid collation, Oid operation, Oid value_type) {
  const Oid own = value_hash_of(type, collation);
  if (!OidIsValid(own)) return InvalidOid;
  const Oid family = lookup_type_cache(type, TYPECACHE_HASH_OPFAMILY)->hash_opf;
  if (!OidIsValid(family)) return InvalidOid;
  if (get_op_opfamily_strategy(operation, family) != HTEqualStrategyNumber) return InvalidOid;
  if (value_type == type) return own;
  // Of another type of the family; texts are varchars, too, and arrays of any elements are one.
  Oid left = InvalidOid;
  Oid right = InvalidOid;
  op_input_types(operation, &left, &right);
  if (left == right) return own;
  return get_opfamily_proc(family, right, right, HASHEXTENDED_PROC);
}

}  // namespace varve::columnstore
