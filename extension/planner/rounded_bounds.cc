#include "extension/planner/rounded_bounds.h"

#include <cstring>
#include <optional>

#include "extension/planner/bucket_length.h"
#include "extension/planner/clock_expression.h"
#include "extension/planner/comparison.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/stratnum.h>
#include <catalog/pg_type.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <utils/builtins.h>
#include <utils/date.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
}

namespace varve::planner {
namespace {

// Offsets from UTC lie within 16 hours.
constexpr std::int64_t kZone = 16 * USECS_PER_HOUR;
// The clock of a zone has been set back by a day, where the date line moved.
constexpr std::int64_t kSetBack = USECS_PER_DAY;

/// An expression over a column, in microseconds: column - below <= expression <= column + above.
struct Rounding {
  const Node* column = nullptr;
  std::int64_t below = 0;
  std::int64_t above = 0;

  void shift_zone() {
    below += kZone;
    above += kZone;
  }
};

const char* constant_text(const Node* node) {
  if (!IsA(node, Const)) return nullptr;
  const auto* constant = reinterpret_cast<const Const*>(node);
  if (constant->constisnull || constant->consttype != TEXTOID) return nullptr;
  return TextDatumGetCString(constant->constvalue);
}

/// A zone by name. One with digits may be any number of hours away from UTC: 'X+100' is a zone.
bool is_named_zone(const Node* zone) {
  const char* name = constant_text(zone);
  return name != nullptr && std::strpbrk(name, "0123456789") == nullptr;
}

bool truncate(Rounding& rounding, const Node* unit, bool in_zone) {
  const char* name = constant_text(unit);
  const auto length = name != nullptr ? longest_unit_us(name) : std::nullopt;
  if (!length) return false;
  rounding.below += *length;
  if (in_zone && *length >= USECS_PER_DAY) {  // midnight may come twice: which one is meant?
    rounding.below += kSetBack;
    rounding.above += kSetBack;
  }
  return true;
}

bool describe(const Node* node, Rounding& rounding);

bool describe_call(const FuncExpr& call, Rounding& rounding) {
  const auto argument = [&](int n) { return static_cast<const Node*>(list_nth(call.args, n)); };
  switch (call.funcid) {
    case F_DATE_TRUNC_TEXT_TIMESTAMP:
      return truncate(rounding, argument(0), false) && describe(argument(1), rounding);
    case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
    case F_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT:
      return truncate(rounding, argument(0), true) && describe(argument(1), rounding);
    case F_DATE_TIMESTAMPTZ: rounding.shift_zone(); [[fallthrough]];
    case F_DATE_TIMESTAMP: rounding.below += USECS_PER_DAY; return describe(argument(0), rounding);
    case F_TIMESTAMPTZ_DATE:
    case F_TIMESTAMPTZ_TIMESTAMP:
    case F_TIMESTAMP_TIMESTAMPTZ: rounding.shift_zone(); [[fallthrough]];
    case F_TIMESTAMP_DATE: return describe(argument(0), rounding);
    case F_TIMEZONE_TEXT_TIMESTAMP:
    case F_TIMEZONE_TEXT_TIMESTAMPTZ:
      rounding.shift_zone();
      return is_named_zone(argument(0)) && describe(argument(1), rounding);
    default: return false;
  }
}

/// Whether the expression is such a one, of a single column.
bool describe(const Node* node, Rounding& rounding) {
  if (IsA(node, FuncExpr)) {
    return describe_call(*reinterpret_cast<const FuncExpr*>(node), rounding);
  }
  rounding.column = node;
  return variable_of(node) != nullptr;
}

bool is_time(Oid type) { return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID; }

/// Between an instant and a local time lies the offset of some zone.
std::int64_t zone_between(Oid a, Oid b) {
  return (a == TIMESTAMPTZOID) != (b == TIMESTAMPTZOID) ? kZone : 0;
}

std::optional<std::int64_t> microseconds_of(const Const& value) {
  if (value.consttype == DATEOID) {
    const DateADT date = DatumGetDateADT(value.constvalue);
    std::int64_t us;
    if (DATE_NOT_FINITE(date) || __builtin_mul_overflow(date, USECS_PER_DAY, &us)) {
      return std::nullopt;
    }
    return us;
  }
  const Timestamp time = DatumGetTimestamp(value.constvalue);
  if (TIMESTAMP_NOT_FINITE(time)) return std::nullopt;
  return time;
}

/// `us`, and `by` after it, as a constant of the type; null beyond the calendar.
Expr* constant_at(std::int64_t us, std::int64_t by, Oid type) {
  if (__builtin_add_overflow(us, by, &us) || !IS_VALID_TIMESTAMP(us)) return nullptr;
  if (type != DATEOID) {
    return reinterpret_cast<Expr*>(makeConst(type, -1, InvalidOid, sizeof(std::int64_t),
                                             Int64GetDatum(us), false, FLOAT8PASSBYVAL));
  }
  // A day earlier or later than need be where the time is not midnight.
  std::int64_t day = us / USECS_PER_DAY;
  if (us % USECS_PER_DAY != 0 && (by < 0) == (us < 0)) day += by < 0 ? -1 : 1;
  return reinterpret_cast<Expr*>(makeConst(DATEOID, -1, InvalidOid, sizeof(DateADT),
                                           DateADTGetDatum(static_cast<DateADT>(day)), false,
                                           true));
}

/// The constant that is `by` after the beginning of the calendar, in the units of the type.
Const* first_after(std::int64_t by, Oid type) {
  if (type == DATEOID) {
    const auto day = static_cast<DateADT>(DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE + by);
    return makeConst(DATEOID, -1, InvalidOid, sizeof(DateADT), DateADTGetDatum(day), false, true);
  }
  return makeConst(type, -1, InvalidOid, sizeof(Timestamp), TimestampGetDatum(MIN_TIMESTAMP + by),
                   false, FLOAT8PASSBYVAL);
}

Node* greatest_of(Node* a, Node* b) {
  auto* greatest = makeNode(MinMaxExpr);
  greatest->minmaxtype = exprType(a);
  greatest->op = IS_GREATEST;
  greatest->args = list_make2(a, b);
  greatest->location = -1;
  return reinterpret_cast<Node*>(greatest);
}

/// x - `by`, computed when the plan runs: of a date in whole days. Nothing that the condition takes
/// is out of range here; the clock is not at the beginning of the calendar.
Expr* earlier(Node* x, std::int64_t by) {
  const Oid type = exprType(x);
  const bool is_date = type == DATEOID;
  if (is_date) by = (by + USECS_PER_DAY - 1) / USECS_PER_DAY;
  Node* from = static_cast<Node*>(copyObjectImpl(x));
  if (!reads_clock(x)) from = greatest_of(from, reinterpret_cast<Node*>(first_after(by, type)));

  Const* span = nullptr;
  if (is_date) {
    span = makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(static_cast<int32>(by)),
                     false, true);
  } else {
    auto* interval = static_cast<Interval*>(palloc0(sizeof(Interval)));
    interval->time = by;
    span = makeConst(INTERVALOID, -1, InvalidOid, sizeof(Interval), IntervalPGetDatum(interval),
                     false, false);
  }
  const Oid function = is_date                ? F_DATE_MII
                       : type == TIMESTAMPOID ? F_TIMESTAMP_MI_INTERVAL
                                              : F_TIMESTAMPTZ_MI_INTERVAL;
  return reinterpret_cast<Expr*>(makeFuncExpr(function, type, list_make2(from, span), InvalidOid,
                                              InvalidOid, COERCE_EXPLICIT_CALL));
}

Node* bound_of(const Rounding& rounding, const Comparison& comparison, ParamListInfo parameters) {
  const Oid column_type = getBaseType(exprType(rounding.column));
  const Oid type = exprType(comparison.right);
  if (!is_time(column_type) || !is_time(type)) return nullptr;
  const std::int64_t mismatch = zone_between(exprType(comparison.left), type);
  const std::int64_t above = rounding.above + mismatch;
  const std::int64_t below = rounding.below + mismatch;
  const bool has_lower = comparison.strategy >= BTEqualStrategyNumber;
  const bool has_upper = comparison.strategy <= BTEqualStrategyNumber;
  const auto bound = [&](int strategy, Expr* value) {
    return value != nullptr ? make_bound(rounding.column, comparison.family, strategy, value)
                            : nullptr;
  };
  const Node* x = folded(comparison.right, parameters);
  if (IsA(x, Const)) {
    const auto* constant = reinterpret_cast<const Const*>(x);
    const auto us = constant->constisnull ? std::nullopt : microseconds_of(*constant);
    if (!us) return nullptr;
    return make_and_qual(
        has_lower ? bound(BTGreaterEqualStrategyNumber, constant_at(*us, -above, column_type))
                  : nullptr,
        has_upper ? bound(BTLessEqualStrategyNumber, constant_at(*us, below, column_type))
                  : nullptr);
  }
  if (!has_lower) return nullptr;
  const std::int64_t by = above + zone_between(column_type, type);
  return bound(BTGreaterEqualStrategyNumber,
               by == 0 ? static_cast<Expr*>(copyObjectImpl(comparison.right))
                       : earlier(comparison.right, by));
}

}  // namespace

Node* bound_by_rounding(const Query& query, Node* condition, ParamListInfo parameters) {
  Comparison comparison;
  if (!has_call(condition) || !comparison_of(condition, &comparison)) return nullptr;
  for (const Comparison& side : {comparison, mirrored(comparison)}) {
    Rounding rounding;
    if (!IsA(side.left, FuncExpr) || !describe(side.left, rounding)) continue;
    if (!is_dimension(query, *variable_of(rounding.column)) || !is_cheap(side.right)) continue;
    return bound_of(rounding, side, parameters);
  }
  return nullptr;
}

Node* bound_by_row(const Query& query, Node* condition, ParamListInfo /*parameters*/) {
  if (!IsA(condition, RowCompareExpr)) return nullptr;
  const auto* rows = castNode(RowCompareExpr, condition);
  Comparison comparison = {static_cast<Node*>(linitial(rows->largs)),
                           static_cast<Node*>(linitial(rows->rargs)),
                           linitial_oid(rows->opfamilies), static_cast<int>(rows->rctype)};
  if (variable_of(comparison.left) == nullptr) comparison = mirrored(comparison);
  const Var* column = variable_of(comparison.left);
  if (column == nullptr || !is_dimension(query, *column) || !is_cheap(comparison.right)) {
    return nullptr;
  }
  return make_bound(comparison.left, comparison.family,
                    comparison.strategy < BTEqualStrategyNumber ? BTLessEqualStrategyNumber
                                                                : BTGreaterEqualStrategyNumber,
                    static_cast<Expr*>(copyObjectImpl(comparison.right)));
}

}  // namespace varve::planner
