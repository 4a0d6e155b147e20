#include "extension/columnar/key_hash.h"

#include "extension/columnstore/column.h"
#include "extension/columnstore/value_hash.h"

extern "C" {
#include <access/hash.h>
#include <access/nbtree.h>
#include <catalog/pg_am.h>
#include <utils/lsyscache.h>
}

namespace varve::columnar {
namespace {

/// The operator that the key is, where it is equality; InvalidOid otherwise.
Oid equality_of(const ScanKeyData& key, Relation index, Oid argument_type) {
  constexpr int kOther =
      SK_ISNULL | SK_SEARCHNULL | SK_SEARCHNOTNULL | SK_ROW_HEADER | SK_ROW_MEMBER;
  if ((key.sk_flags & kOther) != 0) return InvalidOid;
  const Oid method = index->rd_rel->relam;
  if (method != BTREE_AM_OID && method != HASH_AM_OID) return InvalidOid;
  const StrategyNumber equal =
      method == BTREE_AM_OID ? BTEqualStrategyNumber : HTEqualStrategyNumber;
  if (key.sk_strategy != equal) return InvalidOid;
  const int position = key.sk_attno - 1;
  return get_opfamily_member(index->rd_opfamily[position], index->rd_opcintype[position],
                             argument_type, static_cast<std::int16_t>(equal));
}

}  // namespace

columnstore::HashedColumn hashed_column(const KeyCondition& condition, Relation chunk,
                                        Relation index) {
  const ScanKeyData& key = *condition.key;
  const Oid indexed = index->rd_opcintype[key.sk_attno - 1];
  const Oid argument_type = OidIsValid(key.sk_subtype) ? key.sk_subtype : indexed;
  const Oid operation = equality_of(key, index, argument_type);
  const columnstore::Column column =
      columnstore::column_of(*TupleDescAttr(RelationGetDescr(chunk), condition.attribute - 1));
  if (!OidIsValid(operation) || key.sk_collation != column.collation) return {};
  const Oid procedure =
      columnstore::value_hash_of_operand(column.type, column.collation, operation, argument_type);
  const int count = condition.is_array ? condition.element_count : 1;
  if (!OidIsValid(procedure) || count > columnstore::kMostHashes) return {};
  FmgrInfo function;
  fmgr_info(procedure, &function);
  auto* hashes = static_cast<std::uint64_t*>(palloc(sizeof(std::uint64_t) * (count + 1)));
  for (int i = 0; i < count; ++i) {
    const Datum value = condition.is_array ? condition.elements[i] : key.sk_argument;
    hashes[i] = columnstore::value_hash(function, column.collation, value);
  }
  return {condition.attribute, hashes, static_cast<std::size_t>(count)};
}

}  // namespace varve::columnar
