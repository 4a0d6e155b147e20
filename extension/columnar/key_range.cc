#include "extension/columnar/key_range.h"

#include <limits>

#include "extension/pg/postgres.h"
extern "C" {
#include <access/nbtree.h>
#include <access/stratnum.h>
#include <catalog/pg_am.h>
#include <catalog/pg_type.h>
#include <parser/parse_coerce.h>
#include <utils/lsyscache.h>
#include <utils/typcache.h>
}

namespace varve::columnar {
namespace {

struct Integer {
  std::int64_t value;
  bool is_valid;
};

Integer integer_of(Oid type, Datum value) {
  switch (type) {
    case INT2OID: return {DatumGetInt16(value), true};
    case INT4OID: return {DatumGetInt32(value), true};
    case INT8OID: return {DatumGetInt64(value), true};
    default: return {0, false};
  }
}

template <class Int>
bool fits(std::int64_t value) {
  return value >= std::numeric_limits<Int>::min() && value <= std::numeric_limits<Int>::max();
}

/// An integer as another integer type; false where it does not fit.
bool as_type(Oid type, std::int64_t value, Datum* result) {
  switch (type) {
    case INT2OID: *result = Int16GetDatum(static_cast<std::int16_t>(value)); break;
    case INT4OID: *result = Int32GetDatum(static_cast<std::int32_t>(value)); break;
    case INT8OID: *result = Int64GetDatum(value); return true;
    default: return false;
  }
  return type == INT2OID ? fits<std::int16_t>(value) : fits<std::int32_t>(value);
}

/// An argument of the key as a value of the column's type.
bool as_value(Datum argument, Oid type, Oid argument_type, bool is_same, Datum* result) {
  if (is_same) {
    *result = argument;
    return true;
  }
  const Integer integer = integer_of(argument_type, argument);
  return integer.is_valid && as_type(type, integer.value, result);
}

/// Whether the index orders the column as the type itself does.
bool has_default_order(Relation index, int position, Oid type) {
  const TypeCacheEntry* entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);
  return index->rd_rel->relam == BTREE_AM_OID && index->rd_opfamily[position] == entry->btree_opf;
}

}  // namespace

void set_range(KeyCondition& condition, Relation chunk, Relation index) {
  const ScanKeyData& key = *condition.key;
  condition.has_range = false;
  condition.range = {};
  constexpr int kOther =
      SK_ISNULL | SK_SEARCHNULL | SK_SEARCHNOTNULL | SK_ROW_HEADER | SK_ROW_MEMBER;
  if ((key.sk_flags & kOther) != 0) return;
  const int position = key.sk_attno - 1;
  const Form_pg_attribute column = TupleDescAttr(RelationGetDescr(chunk), condition.attribute - 1);
  const Oid type = column->atttypid;
  const Oid indexed = index->rd_opcintype[position];
  const Oid argument_type = OidIsValid(key.sk_subtype) ? key.sk_subtype : indexed;
  // An index has varchar as text, and arrays as anyarray; the values are the same.
  if (indexed != type && !IsBinaryCoercible(type, indexed)) return;
  if (key.sk_collation != column->attcollation) return;
  if (!has_default_order(index, position, type)) return;
  // An index of descending order turns its keys round, in place, when it is first asked.
  const bool is_turned = (key.sk_flags & SK_BT_DESC) != 0;
  const StrategyNumber strategy =
      is_turned ? BTCommuteStrategyNumber(key.sk_strategy) : key.sk_strategy;
  const bool is_same = argument_type == type || argument_type == indexed;
  condition.range.has_low = strategy >= BTEqualStrategyNumber;
  condition.range.has_high = strategy <= BTEqualStrategyNumber;
  condition.range.low = condition.range.high = key.sk_argument;
  condition.has_range = true;
  if (!condition.is_array) {
    Datum value = 0;
    condition.has_range = as_value(key.sk_argument, type, argument_type, is_same, &value);
    condition.range.low = condition.range.high = value;
    return;
  }
  // Elements of other types are compared one by one.
  condition.has_range = is_same;
}

}  // namespace varve::columnar
