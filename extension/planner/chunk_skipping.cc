// PostgreSQL prunes partitions by the partition key, then opens those that are left one after the
// other. It has no hook in between; but it asks hooks about each as it comes, and with the first
// the conditions are known, and the others are a set of bits still. What we take out of that set is
// as if pruned: nothing has looked at it before.
#include "extension/planner/chunk_skipping.h"

#include <algorithm>

#include "extension/catalog/hypertable_cache.h"
#include "extension/planner/clock_bounds.h"
#include "extension/planner/clock_expression.h"
#include "extension/skipping/known_ranges.h"
#include "extension/skipping/measure.h"
#include "extension/skipping/plan_check.h"
#include "extension/skipping/setting.h"
#include "extension/skipping/value_set.h"
#include "extension/vectorized/condition.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/table.h>
#include <catalog/pg_class.h>
#include <catalog/pg_type.h>
#include <nodes/pathnodes.h>
#include <optimizer/joininfo.h>
#include <optimizer/pathnode.h>
#include <optimizer/paths.h>
#include <optimizer/plancat.h>
#include <parser/parsetree.h>
#include <partitioning/partdesc.h>
#include <utils/array.h>
#include <utils/date.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::planner {
namespace {

using skipping::ChunkRange;
using skipping::KnownColumn;
using skipping::KnownRanges;
using skipping::Operator;
using skipping::ValueSet;

get_relation_info_hook_type previous_hook = nullptr;

/// A condition on a column with ranges.
struct Demand {
  const KnownColumn* column;
  ValueSet values;
};

struct Demands {
  Demand* all;
  std::size_t count;

  [[nodiscard]] bool exclude(Oid chunk) const {
    return std::any_of(all, all + count, [&](const Demand& demand) {
      const ChunkRange* range = demand.column->find(chunk);
      return range != nullptr && !skipping::meets(demand.values, range->least, range->greatest);
    });
  }
};

// --- The first chunk of a table

/// The parent whose first partition the planner is looking at; null where `rel` is another one.
RelOptInfo* parent_of_first(PlannerInfo* root, const RelOptInfo& rel) {
  if (root->append_rel_array == nullptr) return nullptr;
  const AppendRelInfo* info = root->append_rel_array[rel.relid];
  if (info == nullptr) return nullptr;
  RelOptInfo* parent = root->simple_rel_array[info->parent_relid];
  if (parent == nullptr || parent->part_rels == nullptr) return nullptr;
  const int first = bms_next_member(parent->live_parts, -1);
  return first >= 0 && parent->part_rels[first] == nullptr ? parent : nullptr;
}

/// The id of the hypertable that a table is, or a slice of; 0 where there is none.
std::int32_t hypertable_of(PlannerInfo* root, Index relid) {
  while (root->append_rel_array[relid] != nullptr) {
    relid = root->append_rel_array[relid]->parent_relid;
  }
  const RangeTblEntry* entry = planner_rt_fetch(relid, root);
  if (entry->rtekind != RTE_RELATION || entry->relkind != RELKIND_PARTITIONED_TABLE) return 0;
  return catalog::cached_hypertable_id(entry->relid);
}

// --- Conditions

ValueSet listed_values(const vectorized::Condition& condition, Datum array) {
  Datum* values;
  bool* nulls;
  int count;
  deconstruct_array(DatumGetArrayTypeP(array), condition.value_type, condition.length,
                    condition.by_value,
                    condition.length == 8   ? TYPALIGN_DOUBLE
                    : condition.length == 4 ? TYPALIGN_INT
                                            : TYPALIGN_SHORT,
                    &values, &nulls, &count);
  auto* integers = static_cast<std::int64_t*>(
      palloc(sizeof(std::int64_t) * static_cast<std::size_t>(std::max(count, 1))));
  ValueSet set;
  set.is_list = true;
  set.values = integers;
  for (int i = 0; i < count; ++i) {
    if (!nulls[i]) integers[set.count++] = skipping::range_value(condition.value_type, values[i]);
  }
  return set;
}

const KnownColumn* known_column(const KnownRanges& known, Oid table, AttrNumber attribute) {
  for (std::size_t i = 0; i < known.count; ++i) {
    if (get_attnum(table, NameStr(known.columns[i].column.name)) == attribute) {
      return &known.columns[i];
    }
  }
  return nullptr;
}

/// The values that satisfy a condition with a constant; false for null, which none does.
bool constant_values(const vectorized::Condition& condition, ValueSet* values) {
  const auto* value = reinterpret_cast<const Const*>(condition.value);
  if (value->constisnull) return false;
  *values =
      condition.kind == vectorized::Condition::Kind::kAny
          ? listed_values(condition, value->constvalue)
          : skipping::values_where(static_cast<Operator>(condition.comparison),
                                   skipping::range_value(condition.value_type, value->constvalue));
  return true;
}

/// The values above what the clock gives, now and whenever the plan runs (clock_bounds.h).
bool clock_values(const vectorized::Condition& condition, ValueSet* values) {
  Node* value = reinterpret_cast<Node*>(condition.value);
  if (condition.kind != vectorized::Condition::Kind::kComparison || !uses_clock_bounds() ||
      condition.comparison < vector::Comparison::kGreaterEqual || !reads_clock(value)) {
    return false;
  }
  std::int64_t bound_us = 0;
  if (!lower_bound_of(value, nullptr, condition.column.type, &bound_us)) return false;
  *values = skipping::values_where(Operator::kGreaterEqual,
                                   condition.column.type == DATEOID ? day_of(bound_us) : bound_us);
  return true;
}

/// What a condition asks of a column with ranges; false for other columns, and for conditions of
/// which nothing is known yet.
bool demand_of(const KnownRanges& known, Relation table, Index relid, Node* clause,
               Demand* demand) {
  vectorized::Condition condition;
  if (!vectorized::condition_of(clause, relid, RelationGetDescr(table), &condition)) return false;
  if (condition.kind != vectorized::Condition::Kind::kAny &&
      condition.kind != vectorized::Condition::Kind::kComparison) {
    return false;
  }
  demand->column = known_column(known, RelationGetRelid(table), condition.column.attribute);
  if (demand->column == nullptr || !condition.excludes) return false;
  return IsA(condition.value, Const) ? constant_values(condition, &demand->values)
                                     : clock_values(condition, &demand->values);
}

Demands demands_on(const KnownRanges& known, Relation table, const RelOptInfo& rel) {
  Demands demands = {
      static_cast<Demand*>(
          palloc(sizeof(Demand) * static_cast<std::size_t>(list_length(rel.baserestrictinfo) + 1))),
      0};
  ListCell* cell;
  foreach (cell, rel.baserestrictinfo) {
    Node* clause = reinterpret_cast<Node*>(lfirst_node(RestrictInfo, cell)->clause);
    if (demand_of(known, table, rel.relid, clause, &demands.all[demands.count])) ++demands.count;
  }
  return demands;
}

// --- The others

/// Leaves out what the conditions exclude; the first, which has been opened, as PostgreSQL leaves
/// out what turns out to be empty.
int leave_out(const Demands& demands, PartitionDesc chunks, RelOptInfo& parent,
              RelOptInfo& first_rel) {
  int count = 0;
  const int first = bms_next_member(parent.live_parts, -1);
  for (int i = first; i >= 0; i = bms_next_member(parent.live_parts, i)) {
    if (!demands.exclude(chunks->oids[i])) continue;
    ++count;
    if (i == first) {
      mark_dummy_rel(&first_rel);
    } else {
      bms_del_member(parent.live_parts, i);  // in place: the first is left, so it is not empty
    }
  }
  return count;
}

void skip_chunks(PlannerInfo* root, RelOptInfo& parent, RelOptInfo& first) {
  const std::int32_t hypertable_id = hypertable_of(root, parent.relid);
  if (hypertable_id == 0) return;
  const KnownRanges& known = skipping::known_ranges(hypertable_id);
  if (known.count == 0) return;
  const std::uint64_t version = known.version;
  Relation table = table_open(planner_rt_fetch(parent.relid, root)->relid, NoLock);
  const Demands demands = demands_on(known, table, parent);
  if (demands.count > 0) {
    PartitionDesc chunks = PartitionDirectoryLookup(root->glob->partition_directory, table);
    if (leave_out(demands, chunks, parent, first) > 0)
      skipping::note_skipped(hypertable_id, version);
  }
  table_close(table, NoLock);
}

void get_relation_info(PlannerInfo* root, Oid relation, bool is_parent, RelOptInfo* rel) {
  if (previous_hook != nullptr) previous_hook(root, relation, is_parent, rel);
  if (!skipping::is_enabled() || !skipping::is_collecting()) return;
  RelOptInfo* parent = parent_of_first(root, *rel);
  if (parent != nullptr && parent->baserestrictinfo != NIL) skip_chunks(root, *parent, *rel);
}

}  // namespace

void install_chunk_skipping() {
  previous_hook = get_relation_info_hook;
  get_relation_info_hook = get_relation_info;
}

}  // namespace varve::planner
