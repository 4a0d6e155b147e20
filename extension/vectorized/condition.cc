#include "extension/vectorized/condition.h"

#include <algorithm>
#include <iterator>

#include "extension/columnstore/value_hash.h"

#include "extension/pg/tree.h"
extern "C" {
#include <access/stratnum.h>
#include <catalog/pg_type.h>
#include <datatype/timestamp.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <utils/fmgroids.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
#include <utils/typcache.h>
}

namespace varve::vectorized {
namespace {

using columnstore::Order;

/// The column that an expression is, perhaps as a type with the same values.
const Var* column_in(const Node* node, Index table) {
  while (node != nullptr && IsA(node, RelabelType)) {
    node = reinterpret_cast<const Node*>(reinterpret_cast<const RelabelType*>(node)->arg);
  }
  if (node == nullptr || !IsA(node, Var)) return nullptr;
  const auto* column = reinterpret_cast<const Var*>(node);
  const bool is_ours = column->varno == static_cast<int>(table) && column->varlevelsup == 0;
  return is_ours && column->varattno > 0 ? column : nullptr;
}

bool is_subplan(Node* node, void*) {
  if (node == nullptr) return false;
  if (IsA(node, SubPlan) || IsA(node, AlternativeSubPlan)) return true;
  return pg::walk_expression(node, is_subplan, nullptr);
}

bool can_be_value(Node* node) {
  return !contain_var_clause(node) && !contain_volatile_functions(node) &&
         !is_subplan(node, nullptr);
}

bool set_column(Condition* condition, const Var* variable, TupleDesc columns) {
  if (variable == nullptr || variable->varattno > columns->natts) return false;
  condition->column = columnstore::column_of(*TupleDescAttr(columns, variable->varattno - 1));
  return true;
}

bool is_integer(Oid type) { return type == INT2OID || type == INT4OID || type == INT8OID; }
bool is_float(Oid type) { return type == FLOAT4OID || type == FLOAT8OID; }
bool is_text(Oid type) { return type == TEXTOID || type == VARCHAROID; }

/// Whether values of the column are numbers in the order of its type.
bool has_numbers(const columnstore::Column& column) {
  const columnstore::Representation& type = column.representation;
  return column.is_ordered && !type.is_unsigned &&
         (type.order == Order::kInteger || type.order == Order::kDouble);
}

/// Says what columns can do with a comparison of this column with a value of that type.
void set_abilities(Condition* condition, Oid operation, Oid type) {
  const columnstore::Column& column = condition->column;
  condition->value_type = getBaseType(type);
  get_typlenbyval(condition->value_type, &condition->length, &condition->by_value);
  const bool is_same = condition->value_type == column.type ||
                       (is_text(condition->value_type) && is_text(column.type));
  const bool are_integers = is_integer(column.type) && is_integer(condition->value_type);
  const bool are_floats = is_float(column.type) && is_float(condition->value_type);
  const bool is_equality = condition->comparison == vector::Comparison::kEqual;
  condition->decides = has_numbers(column) && (is_same || are_integers || are_floats);
  condition->excludes =
      (is_same || are_integers) && (column.is_ordered || (column.has_equality && is_equality));
  if (condition->kind == Condition::Kind::kAny) {
    condition->decides =
        condition->decides && is_equality && column.representation.order == Order::kInteger;
    condition->excludes = condition->excludes && is_equality;
  }
  if (!is_equality) return;
  condition->hash = columnstore::value_hash_of_operand(column.type, column.collation, operation,
                                                       condition->value_type);
}

bool has_abilities(const Condition& condition) {
  return condition.decides || condition.excludes || OidIsValid(condition.hash);
}

/// The comparison that an operator is in the default order of the column's type, by the type of its
/// other side; false where it is none.
bool set_comparison(Condition* condition, Oid operation, Oid collation) {
  const columnstore::Column& column = condition->column;
  const TypeCacheEntry* entry = lookup_type_cache(column.type, TYPECACHE_BTREE_OPFAMILY);
  if (!OidIsValid(entry->btree_opf)) return false;
  const int strategy = get_op_opfamily_strategy(operation, entry->btree_opf);
  if (strategy == 0) return false;
  if (OidIsValid(collation) && collation != column.collation) return false;
  condition->comparison = static_cast<vector::Comparison>(strategy);
  return true;
}

bool set_operation(Condition* condition, const OpExpr& operation, Index table, TupleDesc columns) {
  if (list_length(operation.args) != 2) return false;
  auto* left = static_cast<Node*>(linitial(operation.args));
  auto* right = static_cast<Node*>(lsecond(operation.args));
  Oid operation_id = operation.opno;
  const Var* variable = column_in(left, table);
  if (variable == nullptr) {
    variable = column_in(right, table);
    std::swap(left, right);
    operation_id = get_commutator(operation_id);
  }
  if (!OidIsValid(operation_id) || !set_column(condition, variable, columns)) return false;
  if (!set_comparison(condition, operation_id, operation.inputcollid)) return false;
  if (!can_be_value(right)) return false;
  condition->kind = Condition::Kind::kComparison;
  condition->value = reinterpret_cast<Expr*>(right);
  set_abilities(condition, operation_id, exprType(right));
  return has_abilities(*condition);
}

bool set_any(Condition* condition, const ScalarArrayOpExpr& operation, Index table,
             TupleDesc columns) {
  if (!operation.useOr) return false;
  const Var* variable = column_in(static_cast<Node*>(linitial(operation.args)), table);
  auto* array = static_cast<Node*>(lsecond(operation.args));
  if (!set_column(condition, variable, columns)) return false;
  if (!set_comparison(condition, operation.opno, operation.inputcollid)) return false;
  const Oid element = get_element_type(getBaseType(exprType(array)));
  if (!OidIsValid(element) || !can_be_value(array)) return false;
  condition->kind = Condition::Kind::kAny;
  condition->value = reinterpret_cast<Expr*>(array);
  set_abilities(condition, operation.opno, element);
  return has_abilities(*condition);
}

bool set_null_test(Condition* condition, const NullTest& test, Index table, TupleDesc columns) {
  if (test.argisrow) return false;
  const Var* variable = column_in(reinterpret_cast<Node*>(test.arg), table);
  if (!set_column(condition, variable, columns)) return false;
  condition->kind =
      test.nulltesttype == IS_NULL ? Condition::Kind::kIsNull : Condition::Kind::kIsNotNull;
  condition->decides = true;
  return true;
}

bool set_boolean(Condition* condition, Node* node, Index table, TupleDesc columns,
                 bool is_negated) {
  if (!set_column(condition, column_in(node, table), columns)) return false;
  if (condition->column.type != BOOLOID) return false;
  condition->kind = is_negated ? Condition::Kind::kIsFalse : Condition::Kind::kIsTrue;
  condition->decides = true;
  return true;
}

/// So far from the ends of time that nobody's clock and one of these get there.
bool is_small_interval(const Node* node) {
  if (!IsA(node, Const)) return false;
  const auto* constant = reinterpret_cast<const Const*>(node);
  if (constant->consttype != INTERVALOID) return false;
  if (constant->constisnull) return true;
  const Interval* interval = DatumGetIntervalP(constant->constvalue);
  constexpr std::int64_t kYears = 1000;
  return std::abs(std::int64_t{interval->month}) <= kYears * 12 &&
         std::abs(std::int64_t{interval->day}) <= kYears * 366 &&
         interval->time / USECS_PER_DAY <= kYears * 366 &&
         interval->time / USECS_PER_DAY >= -kYears * 366;
}

bool is_clock(const Node* node) {
  if (IsA(node, SQLValueFunction)) {
    const auto operation = reinterpret_cast<const SQLValueFunction*>(node)->op;
    return operation == SVFOP_CURRENT_TIMESTAMP || operation == SVFOP_LOCALTIMESTAMP ||
           operation == SVFOP_CURRENT_DATE;
  }
  if (!IsA(node, FuncExpr)) return false;
  const auto& function = *reinterpret_cast<const FuncExpr*>(node);
  return function.funcid == F_NOW || function.funcid == F_TRANSACTION_TIMESTAMP ||
         function.funcid == F_STATEMENT_TIMESTAMP;
}

/// now() - interval '1 day', and the like.
bool is_clock_moved(const Node* node) {
  if (is_clock(node)) return true;
  if (!IsA(node, OpExpr)) return false;
  const auto& operation = *reinterpret_cast<const OpExpr*>(node);
  constexpr Oid kMoves[] = {F_TIMESTAMPTZ_PL_INTERVAL, F_TIMESTAMPTZ_MI_INTERVAL,
                            F_TIMESTAMP_PL_INTERVAL, F_TIMESTAMP_MI_INTERVAL};
  return list_length(operation.args) == 2 &&
         std::find(std::begin(kMoves), std::end(kMoves), get_opcode(operation.opno)) !=
             std::end(kMoves) &&
         is_clock(static_cast<Node*>(linitial(operation.args))) &&
         is_small_interval(static_cast<Node*>(lsecond(operation.args)));
}

}  // namespace

bool condition_of(Node* qualifier, Index table, TupleDesc columns, Condition* condition) {
  *condition = {};
  switch (nodeTag(qualifier)) {
    case T_OpExpr: return set_operation(condition, *castNode(OpExpr, qualifier), table, columns);
    case T_ScalarArrayOpExpr:
      return set_any(condition, *castNode(ScalarArrayOpExpr, qualifier), table, columns);
    case T_NullTest:
      return set_null_test(condition, *castNode(NullTest, qualifier), table, columns);
    case T_Var: return set_boolean(condition, qualifier, table, columns, false);
    case T_BoolExpr: {
      const auto* expression = castNode(BoolExpr, qualifier);
      return expression->boolop == NOT_EXPR &&
             set_boolean(condition, static_cast<Node*>(linitial(expression->args)), table, columns,
                         true);
    }
    default: return false;
  }
}

bool is_harmless(const Expr* value) {
  const auto* node = reinterpret_cast<const Node*>(value);
  if (IsA(node, Const)) return true;
  if (IsA(node, Param)) {
    return reinterpret_cast<const Param*>(node)->paramkind == PARAM_EXTERN;
  }
  return is_clock_moved(node);
}

}  // namespace varve::vectorized
