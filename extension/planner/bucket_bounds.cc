#include "extension/planner/bucket_bounds.h"

#include <limits>

#include "extension/chunk/coordinate.h"
#include "extension/function/bucket_function.h"
#include "extension/planner/bucket_length.h"
#include "extension/planner/comparison.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/stratnum.h>
#include <catalog/pg_am.h>
#include <catalog/pg_type.h>
#include <commands/defrem.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <utils/date.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
#include <utils/uuid.h>
}

namespace varve::planner {
namespace {

const FuncExpr* bucket_of(const Node* node) {
  if (!IsA(node, FuncExpr)) return nullptr;
  const auto* call = reinterpret_cast<const FuncExpr*>(node);
  return list_length(call->args) >= 2 && function::is_time_bucket(call->funcid) ? call : nullptr;
}

/// The argument at `position`, from 0, given by place or by name.
Node* argument_of(const FuncExpr& call, int position) {
  ListCell* cell;
  foreach (cell, call.args) {
    auto* argument = static_cast<Node*>(lfirst(cell));
    if (IsA(argument, NamedArgExpr)) {
      const auto* named = castNode(NamedArgExpr, argument);
      if (named->argnumber == position) return reinterpret_cast<Node*>(named->arg);
    } else if (foreach_current_index(cell) == position) {
      return argument;
    }
  }
  return nullptr;
}

const Const* constant_of(Node* expression, ParamListInfo parameters) {
  Node* value = folded(expression, parameters);
  return IsA(value, Const) && !castNode(Const, value)->constisnull ? castNode(Const, value)
                                                                   : nullptr;
}

/// Whether the wall clock of a zone decides where the buckets of a timestamptz start: the third
/// argument is its name.
bool in_zone(const FuncExpr& call) {
  Node* third = argument_of(call, 2);
  return third != nullptr && exprType(third) == TEXTOID;
}

std::int64_t integer_of(const Const& value) {
  switch (value.consttype) {
    case INT2OID: return DatumGetInt16(value.constvalue);
    case INT4OID: return DatumGetInt32(value.constvalue);
    default: return DatumGetInt64(value.constvalue);
  }
}

Expr* bigint_constant(std::int64_t value, Oid type) {
  return reinterpret_cast<Expr*>(makeConst(type, -1, InvalidOid, sizeof(std::int64_t),
                                           Int64GetDatum(value), false, FLOAT8PASSBYVAL));
}

bool is_integer(Oid type) { return type == INT2OID || type == INT4OID || type == INT8OID; }

/// x + the longest bucket, of a type that compares with the column's; null where that is not known
/// or leaves the range.
Expr* behind_bucket(const Const& start, const Const& width, bool in_zone) {
  if (is_integer(start.consttype) && is_integer(width.consttype)) {
    std::int64_t end;
    if (__builtin_add_overflow(integer_of(start), integer_of(width), &end)) return nullptr;
    return bigint_constant(end, INT8OID);
  }
  // The width may also be of the type bucket_width, which is an interval under another name.
  if (is_integer(width.consttype)) return nullptr;
  const Interval* interval = DatumGetIntervalP(width.constvalue);
  const auto length = longest_bucket_us({.months = interval->month,
                                         .days = interval->day,
                                         .time = calendar::Duration(interval->time)},
                                        in_zone);
  if (!length) return nullptr;
  if (start.consttype == DATEOID) {
    const DateADT date = DatumGetDateADT(start.constvalue);
    const std::int64_t end = date + *length / USECS_PER_DAY + 1;
    if (DATE_NOT_FINITE(date) || !IS_VALID_DATE(end)) return nullptr;
    return reinterpret_cast<Expr*>(makeConst(DATEOID, -1, InvalidOid, sizeof(DateADT),
                                             DateADTGetDatum(static_cast<DateADT>(end)), false,
                                             true));
  }
  if (start.consttype != TIMESTAMPTZOID && start.consttype != TIMESTAMPOID) return nullptr;
  const Timestamp time = DatumGetTimestamp(start.constvalue);
  std::int64_t end;
  if (TIMESTAMP_NOT_FINITE(time) || __builtin_add_overflow(time, *length, &end) ||
      !IS_VALID_TIMESTAMP(end)) {
    return nullptr;
  }
  return bigint_constant(end, start.consttype);
}

/// The first UUID of a millisecond, the time or the next one behind; null where none has it.
Expr* first_uuid_of(const Const& time) {
  if (time.consttype != TIMESTAMPTZOID) return nullptr;
  const chunk::Extent extent = chunk::extent_of(UUIDOID);
  std::int64_t at = DatumGetTimestampTz(time.constvalue);
  if (at < extent.lowest || at >= extent.highest - 1000) return nullptr;
  at = extent.lowest + (at - extent.lowest + 999) / 1000 * 1000;
  const Datum uuid = pg::entry([&] { return chunk::datum_of(at, UUIDOID); });
  return reinterpret_cast<Expr*>(makeConst(UUIDOID, -1, InvalidOid, UUID_LEN, uuid, false, false));
}

/// x <= bucket of the column's time < behind, as bounds of the column itself. time_bucket() takes
/// whole milliseconds from a UUID.
Node* bound_uuid(Node* column, const Const* start, const Expr* behind, int strategy) {
  const Oid family = get_opclass_family(GetDefaultOpClass(UUIDOID, BTREE_AM_OID));
  const auto bound = [&](int operation, const Const* time) -> Node* {
    Expr* uuid = time != nullptr ? first_uuid_of(*time) : nullptr;
    return uuid != nullptr ? make_bound(column, family, operation, uuid) : nullptr;
  };
  const auto* end =
      behind != nullptr && IsA(behind, Const) ? reinterpret_cast<const Const*>(behind) : nullptr;
  return make_and_qual(
      strategy >= BTEqualStrategyNumber ? bound(BTGreaterEqualStrategyNumber, start) : nullptr,
      strategy <= BTEqualStrategyNumber ? bound(BTLessStrategyNumber, end) : nullptr);
}

}  // namespace

Node* bound_by_bucket(const Query& query, Node* condition, ParamListInfo parameters) {
  Comparison comparison;
  if (!has_call(condition) || !comparison_of(condition, &comparison)) return nullptr;
  const FuncExpr* bucket = bucket_of(comparison.left);
  if (bucket == nullptr) {
    comparison = mirrored(comparison);
    bucket = bucket_of(comparison.left);
  }
  if (bucket == nullptr) return nullptr;
  Node* time = argument_of(*bucket, 1);
  if (time == nullptr || !is_cheap(comparison.right)) return nullptr;
  const bool is_nested = bucket_of(time) != nullptr;
  const Var* column = is_nested ? nullptr : variable_of(time);
  if (!is_nested && (column == nullptr || !is_dimension(query, *column))) return nullptr;

  const Const* width = constant_of(argument_of(*bucket, 0), parameters);
  const Const* start = constant_of(comparison.right, parameters);
  const auto behind = [&] {
    return width != nullptr && start != nullptr ? behind_bucket(*start, *width, in_zone(*bucket))
                                                : nullptr;
  };
  if (getBaseType(exprType(time)) == UUIDOID) {
    return bound_uuid(time, start, behind(), comparison.strategy);
  }
  Node* lower = nullptr;
  Node* upper = nullptr;
  if (comparison.strategy >= BTEqualStrategyNumber) {
    lower = make_bound(time, comparison.family, BTGreaterEqualStrategyNumber,
                       reinterpret_cast<Expr*>(copyObject(comparison.right)));
  }
  if (comparison.strategy <= BTEqualStrategyNumber) {
    if (Expr* end = behind(); end != nullptr) {
      upper = make_bound(time, comparison.family, BTLessStrategyNumber, end);
    }
  }
  if (!is_nested) return make_and_qual(lower, upper);
  const auto further = [&](Node* bound) {
    return bound != nullptr ? bound_by_bucket(query, bound, parameters) : nullptr;
  };
  return make_and_qual(further(lower), further(upper));
}

}  // namespace varve::planner
