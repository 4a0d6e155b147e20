#include "extension/vectorized/wanted_groups.h"

#include <algorithm>

#include "extension/vectorized/text_set.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/namespace.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <parser/parse_func.h>
#include <utils/lsyscache.h>
}

namespace varve::vectorized {
namespace {

constexpr const char* kName = "is_wanted_group";

/// The words that one part of a key is mixed in as.
void mix_in(const PlannedKey& key, Datum value, std::uint64_t& hash) {
  switch (key.kind()) {
    case PlannedKey::Kind::kValue: hash = mixed_in(hash, key_bits(value, key.length)); break;
    case PlannedKey::Kind::kUuid: {
      std::uint64_t words[2];
      std::memcpy(words, DatumGetPointer(value), sizeof words);
      hash = mixed_in(mixed_in(hash, words[0]), words[1]);
      break;
    }
    case PlannedKey::Kind::kText: {
      auto* given = reinterpret_cast<struct varlena*>(DatumGetPointer(value));
      struct varlena* text = pg_detoast_datum_packed(given);
      hash = mixed_in(hash, TextSet::hash_of(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text)));
      if (text != given) pfree(text);
      break;
    }
  }
}

const KeyHasher* make_hasher(FunctionCallInfo fcinfo) {
  FmgrInfo& function = *fcinfo->flinfo;
  if (PG_NARGS() > kMostKeys) elog(ERROR, "a key has %d parts at most", kMostKeys);
  auto* hasher = new (MemoryContextAlloc(function.fn_mcxt, sizeof(KeyHasher))) KeyHasher();
  for (int i = 0; i < PG_NARGS(); ++i) {
    hasher->add(get_typlen(get_fn_expr_argtype(&function, i)));
  }
  function.fn_extra = hasher;
  return hasher;
}

std::uint64_t hash_of_arguments(FunctionCallInfo fcinfo) {
  const auto* hasher = static_cast<const KeyHasher*>(fcinfo->flinfo->fn_extra);
  if (hasher == nullptr) hasher = pg::call([&] { return make_hasher(fcinfo); });
  if (hasher->has_texts()) return pg::call([&] { return (*hasher)(fcinfo->args); });
  return (*hasher)(fcinfo->args);
}

bool is_wanted(FunctionCallInfo fcinfo) {
  const KeySet* wanted = WantedGroups::current();
  if (wanted == nullptr) {
    throw pg::SqlError(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                       "is_wanted_group() is part of refreshes of continuous aggregates",
                       "It cannot be called from elsewhere.");
  }
  return wanted->has(hash_of_arguments(fcinfo));
}

}  // namespace

bool KeyHasher::has_texts() const {
  return std::any_of(keys_, keys_ + count_,
                     [](const PlannedKey& key) { return key.kind() == PlannedKey::Kind::kText; });
}

std::uint64_t KeyHasher::operator()(const NullableDatum* values) const {
  std::uint64_t hash = 0;
  std::uint64_t nulls = 0;
  for (int i = 0; i < count_; ++i) {
    if (values[i].isnull) {
      nulls |= std::uint64_t{1} << i;
      for (int k = 0; k < keys_[i].words(); ++k) hash = mixed_in(hash, 0);
    } else {
      mix_in(keys_[i], values[i].value, hash);
    }
  }
  return finished(mixed_in(hash, nulls));
}

Expr* wanted_group_condition(List* keys) {
  const Oid arguments[] = {ANYOID};
  List* name = list_make2(makeString(pstrdup("varve_catalog")), makeString(pstrdup(kName)));
  const Oid function = LookupFuncName(name, 1, arguments, false);
  return reinterpret_cast<Expr*>(
      makeFuncExpr(function, BOOLOID, keys, InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

List* keys_of_wanted(const Node* condition) {
  if (WantedGroups::current() == nullptr || !IsA(condition, FuncExpr)) return NIL;
  const auto* call = reinterpret_cast<const FuncExpr*>(condition);
  const char* name = get_func_name(call->funcid);
  const bool is_ours = name != nullptr && strcmp(name, kName) == 0 &&
                       get_func_namespace(call->funcid) == get_namespace_oid("varve_catalog", true);
  return is_ours ? call->args : NIL;
}

}  // namespace varve::vectorized

// varve_catalog.is_wanted_group(variadic "any") returns boolean
VARVE_SQL_FUNCTION(varve_is_wanted_group) { PG_RETURN_BOOL(varve::vectorized::is_wanted(fcinfo)); }
