// first(value, time) and last(value, time): the value of the row with the smallest or largest time.
// The functions here are C throughout: no local has a destructor, so errors may pass through.
// extension/sql/52_first_last.sql puts them together.
#include <cstring>

#include "extension/pg/boundary.h"
extern "C" {
#include <access/detoast.h>
#include <utils/builtins.h>
#include <utils/datum.h>
#include <utils/expandeddatum.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/typcache.h>
}

namespace varve::function {
namespace {

struct Type {
  Oid oid;
  int16 length;
  bool by_value;
};

/// What a call site needs to know of the arguments' types, looked up once.
struct Types {
  Type value;
  Type time;
  FmgrInfo* compare;  // btree order of `time`
  bool time_is_int64;
};

/// A datum that the state owns. Its memory is reused by the next: where rows come in order of time,
/// last() replaces its value with every row.
struct Held {
  Datum datum;
  bool is_null;
  Size capacity;
};

struct State {
  const Types* types;
  Held value;
  Held time;
};

Type type_of(Oid oid) {
  Type type{};
  type.oid = oid;
  get_typlenbyval(oid, &type.length, &type.by_value);
  return type;
}

/// The types of a call site, from its cache.
const Types& types_of(FmgrInfo& call_site, Oid value, Oid time) {
  auto* types = static_cast<Types*>(call_site.fn_extra);
  if (types != nullptr && types->value.oid == value && types->time.oid == time) return *types;

  TypeCacheEntry* entry = lookup_type_cache(time, TYPECACHE_CMP_PROC_FINFO);
  if (!OidIsValid(entry->cmp_proc_finfo.fn_oid)) {
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_FUNCTION),
             errmsg("could not identify a comparison function for type %s", format_type_be(time))));
  }
  types = static_cast<Types*>(MemoryContextAllocZero(call_site.fn_mcxt, sizeof(Types)));
  types->value = type_of(value);
  types->time = type_of(time);
  types->compare = &entry->cmp_proc_finfo;
  const Oid compare = entry->cmp_proc_finfo.fn_oid;
  types->time_is_int64 =
      compare == F_TIMESTAMP_CMP || compare == F_TIMESTAMPTZ_CMP || compare == F_BTINT8CMP;
  call_site.fn_extra = types;
  return *types;
}

void hold(Held& held, Datum datum, bool is_null, const Type& type, MemoryContext context) {
  held.is_null = is_null;
  if (is_null) return;
  if (type.by_value) {
    held.datum = datum;
    return;
  }
  const bool expanded = type.length == -1 && VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum));
  const Size size =
      expanded ? EOH_get_flat_size(DatumGetEOHP(datum)) : datumGetSize(datum, false, type.length);
  if (held.capacity < size) {
    if (held.capacity > 0) pfree(DatumGetPointer(held.datum));
    held.capacity = 0;
    held.datum = PointerGetDatum(MemoryContextAlloc(context, size));
    held.capacity = size;
  }
  if (expanded) {
    EOH_flatten_into(DatumGetEOHP(datum), DatumGetPointer(held.datum), size);
  } else {
    std::memcpy(DatumGetPointer(held.datum), DatumGetPointer(datum), size);
  }
}

int compare_times(const Types& types, Datum a, Datum b, Oid collation) {
  if (types.time_is_int64)
    return DatumGetInt64(a) < DatumGetInt64(b) ? -1 : DatumGetInt64(a) > DatumGetInt64(b);
  return DatumGetInt32(FunctionCall2Coll(types.compare, collation, a, b));
}

MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
  MemoryContext context = nullptr;
  if (AggCheckCallContext(fcinfo, &context) == 0) elog(ERROR, "called outside of an aggregate");
  return context;
}

State* new_state(const Types& types, MemoryContext context) {
  auto* state = static_cast<State*>(MemoryContextAllocZero(context, sizeof(State)));
  state->types = &types;
  state->time.is_null = true;
  return state;
}

enum class End { kFirst, kLast };

/// Takes the row into the state where its time is beyond the one that the state has; of equal times
/// the state's stays.
template <End Which>
void offer(State& state, Datum value, bool value_is_null, Datum time, MemoryContext context,
           Oid collation) {
  if (!state.time.is_null) {
    const int order = compare_times(*state.types, time, state.time.datum, collation);
    if (Which == End::kFirst ? order >= 0 : order <= 0) return;
  }
  hold(state.value, value, value_is_null, state.types->value, context);
  hold(state.time, time, false, state.types->time, context);
}

/// transition(internal, value anyelement, time "any") returns internal. Rows without a time are as
/// if absent; the state is NULL until a row with a time has come.
template <End Which>
Datum transition(FunctionCallInfo fcinfo) {
  MemoryContext context = aggregate_context(fcinfo);
  auto* state = PG_ARGISNULL(0) ? nullptr : reinterpret_cast<State*>(PG_GETARG_POINTER(0));
  if (state == nullptr) {
    FmgrInfo& call_site = *fcinfo->flinfo;
    const Types& types =
        types_of(call_site, get_fn_expr_argtype(&call_site, 1), get_fn_expr_argtype(&call_site, 2));
    if (PG_ARGISNULL(2)) PG_RETURN_NULL();
    state = new_state(types, context);
  }
  if (!PG_ARGISNULL(2)) {
    offer<Which>(*state, PG_GETARG_DATUM(1), PG_ARGISNULL(1), PG_GETARG_DATUM(2), context,
                 PG_GET_COLLATION());
  }
  PG_RETURN_POINTER(state);
}

/// combine(internal, internal) returns internal
template <End Which>
Datum combine(FunctionCallInfo fcinfo) {
  MemoryContext context = aggregate_context(fcinfo);
  auto* state = PG_ARGISNULL(0) ? nullptr : reinterpret_cast<State*>(PG_GETARG_POINTER(0));
  if (!PG_ARGISNULL(1)) {
    const auto* other = reinterpret_cast<const State*>(PG_GETARG_POINTER(1));
    if (state == nullptr) {
      state = new_state(types_of(*fcinfo->flinfo, other->types->value.oid, other->types->time.oid),
                        context);
    }
    offer<Which>(*state, other->value.datum, other->value.is_null, other->time.datum, context,
                 PG_GET_COLLATION());
  }
  if (state == nullptr) PG_RETURN_NULL();
  PG_RETURN_POINTER(state);
}

/// A datum as datumSerialize() writes it, without pointers to the outside.
struct Flat {
  Datum datum;
  Size size;
};

Flat flat(const Held& held, const Type& type) {
  Flat result{held.datum, 0};
  if (!held.is_null && type.length == -1 && VARATT_IS_EXTERNAL(DatumGetPointer(held.datum))) {
    result.datum = PointerGetDatum(
        detoast_external_attr(reinterpret_cast<struct varlena*>(DatumGetPointer(held.datum))));
  }
  result.size = datumEstimateSpace(result.datum, held.is_null, type.by_value, type.length);
  return result;
}

}  // namespace

VARVE_SQL_FUNCTION(varve_first_transition) { return transition<End::kFirst>(fcinfo); }
VARVE_SQL_FUNCTION(varve_last_transition) { return transition<End::kLast>(fcinfo); }
VARVE_SQL_FUNCTION(varve_first_combine) { return combine<End::kFirst>(fcinfo); }
VARVE_SQL_FUNCTION(varve_last_combine) { return combine<End::kLast>(fcinfo); }

// serialize(internal) returns bytea: the two types' OIDs, value, time. For other processes of this
// query, not for storage: OIDs differ between databases.
VARVE_SQL_FUNCTION(varve_first_last_serialize) {
  const auto* state = reinterpret_cast<const State*>(PG_GETARG_POINTER(0));
  const Types& types = *state->types;
  const Flat value = flat(state->value, types.value);
  const Flat time = flat(state->time, types.time);
  const Size size = VARHDRSZ + 2 * sizeof(Oid) + value.size + time.size;
  auto* bytes = static_cast<bytea*>(palloc0(size));
  SET_VARSIZE(bytes, size);
  char* to = VARDATA(bytes);
  std::memcpy(to, &types.value.oid, sizeof(Oid));
  std::memcpy(to + sizeof(Oid), &types.time.oid, sizeof(Oid));
  to += 2 * sizeof(Oid);
  datumSerialize(value.datum, state->value.is_null, types.value.by_value, types.value.length, &to);
  datumSerialize(time.datum, state->time.is_null, types.time.by_value, types.time.length, &to);
  PG_RETURN_BYTEA_P(bytes);
}

// deserialize(bytea, internal) returns internal
VARVE_SQL_FUNCTION(varve_first_last_deserialize) {
  char* from = VARDATA_ANY(PG_GETARG_BYTEA_PP(0));
  Oid oids[2];
  std::memcpy(oids, from, sizeof oids);
  from += sizeof oids;
  State* state = new_state(types_of(*fcinfo->flinfo, oids[0], oids[1]), CurrentMemoryContext);
  state->value.datum = datumRestore(&from, &state->value.is_null);
  state->time.datum = datumRestore(&from, &state->time.is_null);
  PG_RETURN_POINTER(state);
}

// final(internal, anyelement, "any") returns anyelement
VARVE_SQL_FUNCTION(varve_first_last_final) {
  if (PG_ARGISNULL(0)) PG_RETURN_NULL();
  const auto* state = reinterpret_cast<const State*>(PG_GETARG_POINTER(0));
  if (state->value.is_null) PG_RETURN_NULL();
  PG_RETURN_DATUM(state->value.datum);
}

}  // namespace varve::function
