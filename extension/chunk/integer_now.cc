#include "extension/chunk/integer_now.h"

#include <string>

#include "extension/catalog/ownership.h"
#include "extension/chunk/integer_clock.h"
#include "extension/chunk/slice.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/htup_details.h>
#include <access/xact.h>
#include <catalog/pg_class.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_type.h>
#include <miscadmin.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/guc.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>
#include <utils/timestamp.h>
}

namespace varve::chunk {
namespace {

/// What of a function's signature matters.
struct Signature {
  bool exists;
  int arguments;
  Oid result;
  bool returns_set;
  char volatility;
};

Signature signature_of(Oid function) {
  return pg::call([&] {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) return Signature{};
    const auto* row = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    const Signature signature = {true, row->pronargs, row->prorettype, row->proretset,
                                 row->provolatile};
    ReleaseSysCache(tuple);
    return signature;
  });
}

/// The result of the function, run by the owner of the hypertable.
NullableDatum run_as_owner(Oid function, Oid owner) {
  Oid user = InvalidOid;
  int context = 0;
  GetUserIdAndSecContext(&user, &context);
  SetUserIdAndSecContext(owner, context | SECURITY_RESTRICTED_OPERATION);
  const int settings = NewGUCNestLevel();
  if (pg_proc_aclcheck(function, owner, ACL_EXECUTE) != ACLCHECK_OK) {
    aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, get_func_name(function));
  }
  FmgrInfo info;
  fmgr_info(function, &info);
  LOCAL_FCINFO(call, 0);
  InitFunctionCallInfoData(*call, &info, 0, InvalidOid, nullptr, nullptr);
  const Datum value = FunctionCallInvoke(call);
  AtEOXact_GUC(false, settings);
  SetUserIdAndSecContext(user, context);
  return {value, call->isnull};
}

std::int64_t widened(Datum value, Oid type) {
  switch (type) {
    case INT2OID: return DatumGetInt16(value);
    case INT4OID: return DatumGetInt32(value);
    default: return DatumGetInt64(value);
  }
}

/// Microseconds from `age` ago to the beginning of the transaction, by the calendar.
std::int64_t length_of(const Interval& age) {
  return pg::call([&] {
    const TimestampTz now = GetCurrentTransactionStartTimestamp();
    const TimestampTz then = DatumGetTimestampTz(DirectFunctionCall2(
        timestamptz_mi_interval, TimestampTzGetDatum(now), IntervalPGetDatum(&age)));
    return std::int64_t{now - then};
  });
}

}  // namespace

void require_integer_now(Oid function, Oid type) {
  const Signature signature = signature_of(function);
  if (!signature.exists) {
    throw pg::SqlError(ERRCODE_UNDEFINED_FUNCTION, "the integer-now function does not exist");
  }
  if (signature.arguments != 0) {
    throw pg::SqlError(ERRCODE_UNDEFINED_FUNCTION,
                       "the integer-now function must be one that takes no arguments");
  }
  if (signature.result != type || signature.returns_set) {
    const char* name = pg::call([&] { return format_type_be(type); });
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "the integer-now function must return " + std::string(name) +
                           ", as the dimension of the hypertable is");
  }
  if (signature.volatility == PROVOLATILE_VOLATILE) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "the integer-now function must be stable or immutable");
  }
}

std::int64_t integer_now(const catalog::Hypertable& hypertable) {
  if (!hypertable.has_integer_now) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "the hypertable has no function that says what time it is in integers", {},
                       "Name one with set_integer_now_func(), or give an integer.");
  }
  const Oid type = pg::call([&] { return getBaseType(hypertable.column_type); });
  require_integer_now(hypertable.integer_now, type);
  const NullableDatum now = pg::call(
      [&] { return run_as_owner(hypertable.integer_now, catalog::owner_of(hypertable.relation)); });
  if (now.isnull) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "the integer-now function of the hypertable has returned null");
  }
  return widened(now.value, type);
}

std::int64_t integer_before(const catalog::Hypertable& hypertable, const Interval& age) {
  const std::int64_t now = integer_now(hypertable);
  const std::int64_t unix_us = GetCurrentTransactionStartTimestamp() - kUnixEpoch;
  const auto unit = unit_of_clock(now, unix_us);
  if (!unit) {
    throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                       "an interval means nothing to the integers of this hypertable",
                       "Its integer-now function counts no common unit from 1970.",
                       "Give an integer.");
  }
  return earlier(now, *unit, length_of(age));
}

}  // namespace varve::chunk
