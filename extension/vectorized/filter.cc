#include "extension/vectorized/filter.h"

#include <algorithm>
#include <cstring>

extern "C" {
#include <executor/executor.h>
}

namespace varve::vectorized {
namespace {

using columnstore::kVectorLength;

std::uint32_t count(vector::Passes passes) {
  std::uint32_t ones = 0;
  for (const std::uint8_t pass : passes) ones += pass;
  return ones;
}

}  // namespace

void Filter::begin(PlanState& node, List* qualifiers, Relation chunk) {
  node_ = &node;
  values_ = AllocSetContextCreate(CurrentMemoryContext, "values of a vectorized filter",
                                  ALLOCSET_SMALL_SIZES);
  conditions_ = static_cast<FilterCondition*>(
      palloc0(sizeof(FilterCondition) * (list_length(qualifiers) + 1)));
  hashed_ = static_cast<columnstore::HashedColumn*>(
      palloc(sizeof(columnstore::HashedColumn) * (list_length(qualifiers) + 1)));
  const auto* plan = reinterpret_cast<const Scan*>(node.plan);
  bool is_behind_others = false;
  ListCell* cell;
  foreach (cell, qualifiers) {
    auto* qualifier = static_cast<Node*>(lfirst(cell));
    FilterCondition* found = &conditions_[count_];
    const bool is_condition =
        condition_of(qualifier, plan->scanrelid, RelationGetDescr(chunk), &found->condition);
    if (!is_condition) {
      rest_ = lappend(rest_, qualifier);
      is_behind_others = true;
      continue;
    }
    ++count_;
    found->qualifier = qualifier;
    found->is_first_to_fail = !is_behind_others;
    if (found->condition.value == nullptr) {
      set_value(*found, 0, true);
      found->is_harmless = true;
    } else {
      found->value = ExecInitExpr(found->condition.value, &node);
      found->is_harmless = is_harmless(found->condition.value);
    }
    if (found->condition.decides && (found->is_harmless || found->is_first_to_fail)) {
      decided_ = lappend(decided_, qualifier);
    } else {
      rest_ = lappend(rest_, qualifier);
      is_behind_others = true;
    }
  }
}

void Filter::rescan() {
  for (int i = 0; i < count_; ++i) {
    FilterCondition& condition = conditions_[i];
    if (condition.value != nullptr) condition.is_known = false;
  }
  MemoryContextReset(values_);
}

bool Filter::know(FilterCondition& condition, bool is_reached) {
  if (condition.is_known) return true;
  ExprContext* context = node_->ps_ExprContext;
  bool is_allowed = condition.is_harmless || (is_reached && condition.is_first_to_fail);
  if (!is_allowed && IsA(condition.condition.value, Param)) {
    // What a subquery gives, or the other side of a join, once it is there.
    const auto* parameter = castNode(Param, condition.condition.value);
    is_allowed = parameter->paramkind == PARAM_EXEC &&
                 context->ecxt_param_exec_vals[parameter->paramid].execPlan == nullptr;
  }
  if (!is_allowed) return false;
  bool is_null;
  const Datum value = ExecEvalExprSwitchContext(condition.value, context, &is_null);
  const MemoryContext before = MemoryContextSwitchTo(values_);
  set_value(condition, value, is_null);
  MemoryContextSwitchTo(before);
  return true;
}

Filter::Match Filter::match(columnstore::Reader& reader, std::uint16_t group) {
  const bool is_excluded =
      std::any_of(conditions_, conditions_ + count_, [&](FilterCondition& condition) {
        return know(condition, false) && excludes(reader, group, condition);
      });
  if (is_excluded) return Match::kNoneByRange;
  return may_have(reader, group) ? Match::kMaybe : Match::kNoneByBloom;
}

/// What the group's bloom filters say.
bool Filter::may_have(columnstore::Reader& reader, std::uint16_t group) {
  if (count_ == 0 || !reader.has_filters(group)) return true;
  std::size_t count = 0;
  for (int i = 0; i < count_; ++i) {
    const FilterCondition& known = conditions_[i];
    if (!known.is_known || known.hash_count == 0) continue;
    hashed_[count++] = {known.condition.column.attribute, known.hashes, known.hash_count};
  }
  return reader.may_have(group, {hashed_, count});
}

vector::Passes Filter::begin_rows(std::uint32_t rows, Selection* selection) {
  *selection = {};
  std::fill_n(passes_, rows, 1);
  return {passes_, rows};
}

bool Filter::has_any(vector::Passes passes) {
  return std::memchr(passes.data(), 1, passes.size()) != nullptr;
}

bool Filter::excludes_vector(columnstore::Reader& reader, std::uint16_t group,
                             std::uint32_t vector) {
  return std::any_of(conditions_, conditions_ + count_, [&](FilterCondition& condition) {
    return know(condition, false) && excludes(reader, group, vector, condition);
  });
}

void Filter::select(columnstore::Reader& reader, std::uint16_t group, std::uint32_t vector,
                    std::uint32_t rows, const std::uint64_t* dead, Selection* selection) {
  selection->count = selection->visible = 0;
  const vector::Passes passes = {passes_, rows};
  std::fill_n(passes_, rows, 1);
  if (dead != nullptr) vector::drop_bits({dead, kVectorLength / 64}, passes);
  selection->visible = dead == nullptr ? rows : count(passes);
  if (selection->visible == 0) return;
  for (int i = 0; i < count_; ++i) {
    FilterCondition& condition = conditions_[i];
    if (!condition.is_known) {
      if (!know(condition, count(passes) > 0)) continue;
      if (excludes(reader, group, vector, condition)) return;
    }
    if (!condition.condition.decides) continue;
    // A column is not worth decoding for rows that are gone.
    if (i > 0 && count(passes) == 0) return;
    apply(condition, reader.column(group, vector, condition.condition.column.attribute), passes);
  }
  selection->count = static_cast<std::uint32_t>(vector::positions(passes, selection->rows));
}

}  // namespace varve::vectorized
