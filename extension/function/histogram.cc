// histogram(value, min, max, nbuckets): how many values lie below min, in each of nbuckets equal
// parts of [min, max), and at or above max. C throughout, as first_last.cc.
#include <cstring>
#include <limits>

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/pg_type_d.h>
#include <utils/array.h>
#include <utils/fmgrprotos.h>
}

namespace varve::function {
namespace {

/// Its bytes are its serialized form.
struct Counts {
  int64 size;  // nbuckets + 2; the counts follow

  int64* begin() { return reinterpret_cast<int64*>(this + 1); }
  [[nodiscard]] const int64* begin() const { return reinterpret_cast<const int64*>(this + 1); }
};

Size bytes_of(int64 size) { return sizeof(Counts) + static_cast<Size>(size) * sizeof(int64); }

MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
  MemoryContext context = nullptr;
  if (AggCheckCallContext(fcinfo, &context) == 0) elog(ERROR, "called outside of an aggregate");
  return context;
}

Counts* new_counts(int64 nbuckets, MemoryContext context) {
  constexpr int kMost = MaxAllocSize / sizeof(int64) - 3;
  if (nbuckets > kMost) {
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                    errmsg("a histogram has at most %d buckets", kMost)));
  }
  auto* counts = static_cast<Counts*>(MemoryContextAllocZero(context, bytes_of(nbuckets + 2)));
  counts->size = nbuckets + 2;
  return counts;
}

void check_same_size(const Counts& counts, int64 size) {
  if (counts.size != size) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("number of buckets must not change between rows"),
                    errdetail("It was %lld and is %lld.", static_cast<long long>(counts.size - 2),
                              static_cast<long long>(size - 2))));
  }
}

}  // namespace

// transition(internal, value float8, min float8, max float8, nbuckets int) returns internal
VARVE_SQL_FUNCTION(varve_histogram_transition) {
  MemoryContext context = aggregate_context(fcinfo);
  auto* counts = PG_ARGISNULL(0) ? nullptr : reinterpret_cast<Counts*>(PG_GETARG_POINTER(0));
  if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4)) {
    if (counts == nullptr) PG_RETURN_NULL();
    PG_RETURN_POINTER(counts);
  }
  if (PG_GETARG_FLOAT8(2) > PG_GETARG_FLOAT8(3)) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("lower bound of a histogram must be less than its upper bound")));
  }
  // Checks what is left to check: equal or infinite bounds, NaN, fewer buckets than one.
  const int32 bucket =
      DatumGetInt32(DirectFunctionCall4(width_bucket_float8, PG_GETARG_DATUM(1), PG_GETARG_DATUM(2),
                                        PG_GETARG_DATUM(3), PG_GETARG_DATUM(4)));
  const int32 nbuckets = PG_GETARG_INT32(4);
  if (counts == nullptr) counts = new_counts(nbuckets, context);
  check_same_size(*counts, int64{nbuckets} + 2);
  ++counts->begin()[bucket];
  PG_RETURN_POINTER(counts);
}

// combine(internal, internal) returns internal
VARVE_SQL_FUNCTION(varve_histogram_combine) {
  MemoryContext context = aggregate_context(fcinfo);
  auto* counts = PG_ARGISNULL(0) ? nullptr : reinterpret_cast<Counts*>(PG_GETARG_POINTER(0));
  if (!PG_ARGISNULL(1)) {
    const auto* other = reinterpret_cast<const Counts*>(PG_GETARG_POINTER(1));
    if (counts == nullptr) counts = new_counts(other->size - 2, context);
    check_same_size(*counts, other->size);
    for (int64 i = 0; i < other->size; ++i) counts->begin()[i] += other->begin()[i];
  }
  if (counts == nullptr) PG_RETURN_NULL();
  PG_RETURN_POINTER(counts);
}

// serialize(internal) returns bytea
VARVE_SQL_FUNCTION(varve_histogram_serialize) {
  const auto* counts = reinterpret_cast<const Counts*>(PG_GETARG_POINTER(0));
  const Size size = bytes_of(counts->size);
  auto* bytes = static_cast<bytea*>(palloc(VARHDRSZ + size));
  SET_VARSIZE(bytes, VARHDRSZ + size);
  std::memcpy(VARDATA(bytes), counts, size);
  PG_RETURN_BYTEA_P(bytes);
}

// deserialize(bytea, internal) returns internal
VARVE_SQL_FUNCTION(varve_histogram_deserialize) {
  const bytea* bytes = PG_GETARG_BYTEA_PP(0);
  void* counts = palloc(VARSIZE_ANY_EXHDR(bytes));  // aligned, as the bytes may not be
  std::memcpy(counts, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
  PG_RETURN_POINTER(counts);
}

// final(internal) returns int[]
VARVE_SQL_FUNCTION(varve_histogram_final) {
  if (PG_ARGISNULL(0)) PG_RETURN_NULL();
  const auto* counts = reinterpret_cast<const Counts*>(PG_GETARG_POINTER(0));
  auto* elements = static_cast<Datum*>(palloc(static_cast<Size>(counts->size) * sizeof(Datum)));
  for (int64 i = 0; i < counts->size; ++i) {
    if (counts->begin()[i] > std::numeric_limits<int32>::max()) {
      ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("integer out of range")));
    }
    elements[i] = Int32GetDatum(static_cast<int32>(counts->begin()[i]));
  }
  PG_RETURN_ARRAYTYPE_P(construct_array(elements, static_cast<int>(counts->size), INT4OID,
                                        sizeof(int32), true, TYPALIGN_INT));
}

}  // namespace varve::function
