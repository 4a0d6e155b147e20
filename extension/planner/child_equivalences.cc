#include "extension/planner/child_equivalences.h"

#include "extension/catalog/hypertable_cache.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <nodes/pathnodes.h>
#include <optimizer/paths.h>
#include <optimizer/plancat.h>
#include <utils/memutils.h>
}

namespace varve::planner {
namespace {

// Fewer are planned in no time.
constexpr int kManyChunks = 64;

get_relation_info_hook_type previous_info = nullptr;
set_rel_pathlist_hook_type previous_pathlist = nullptr;

/// The members of an equivalence class, sorted by whose they are, and the conditions derived from
/// them.
struct SplitClass {
  EquivalenceClass* equal;
  List* all;        // what the class will have in the end
  List* of_tables;  // those of no chunk
  List** of_chunk;  // by index in the range table
  List* all_derived;
  List* derived_of_tables;
};

/// The work on a hypertable whose chunks get their paths now. It lies in the memory of the planner
/// and goes with it, whether planning ends well or not.
struct Split {
  MemoryContextCallback forget;
  Split* outer;  // planning may run a function that plans
  PlannerInfo* root;
  RelOptInfo* table;
  List* children;  // AppendRelInfo*, in the order in which they are planned
  int next;        // of `children`
  bool postponed;  // members of chunks are added by us
  int class_count;
  SplitClass* classes;
};
Split* innermost = nullptr;

void forget(void* gone) {
  for (Split** link = &innermost; *link != nullptr; link = &(*link)->outer) {
    if (*link != gone) continue;
    *link = (*link)->outer;
    return;
  }
}

Split* split_of(const PlannerInfo* root, const RelOptInfo* table) {
  for (Split* split = innermost; split != nullptr; split = split->outer) {
    if (split->root == root && split->table == table) return split;
  }
  return nullptr;
}

/// The hypertable of a chunk where it has many, and none of them lies in a divided slice.
RelOptInfo* hypertable_of(const PlannerInfo& root, const RelOptInfo& chunk) {
  int parent = 0;
  if (chunk.reloptkind != RELOPT_OTHER_MEMBER_REL ||
      !bms_get_singleton_member(chunk.top_parent_relids, &parent)) {
    return nullptr;
  }
  const RangeTblEntry* entry = root.simple_rte_array[parent];
  RelOptInfo* table = root.simple_rel_array[parent];
  if (entry->rtekind != RTE_RELATION || table == nullptr ||
      bms_num_members(table->live_parts) < kManyChunks) {
    return nullptr;
  }
  const auto* hypertable = pg::entry([&] { return catalog::cached_hypertable(entry->relid); });
  return hypertable != nullptr && hypertable->space_partitions == 0 ? table : nullptr;
}

/// Whether the planner has found columns of the table equal to those of another.
bool has_equal_columns(const PlannerInfo& root, const RelOptInfo& table) {
  for (int i = -1; (i = bms_next_member(table.eclass_indexes, i)) >= 0;) {
    const auto* equal = static_cast<EquivalenceClass*>(list_nth(root.eq_classes, i));
    if (bms_membership(equal->ec_relids) == BMS_MULTIPLE) return true;
  }
  return false;
}

/// The planner would add members for all chunks before the first gets its paths, going through
/// those that are there each time. It does not where the table seems to have no equal columns; we
/// add them chunk by chunk.
void postpone_members(PlannerInfo* root, Oid relation, bool is_parent, RelOptInfo* rel) {
  if (previous_info != nullptr) previous_info(root, relation, is_parent, rel);
  if (is_parent || rel->reloptkind != RELOPT_OTHER_MEMBER_REL) return;
  RelOptInfo* table = hypertable_of(*root, *rel);
  if (table != nullptr) table->has_eclass_joins = false;
}

List* children_of(const PlannerInfo& root, const RelOptInfo& table) {
  List* children = NIL;
  ListCell* cell;
  foreach (cell, root.append_rel_list) {
    auto* child = lfirst_node(AppendRelInfo, cell);
    if (child->parent_relid == table.relid) children = lappend(children, child);
  }
  return children;
}

void split_class(const PlannerInfo& root, EquivalenceClass* equal, SplitClass* split) {
  const auto relations = static_cast<Size>(root.simple_rel_array_size);
  *split = {equal, equal->ec_members, NIL, nullptr, equal->ec_derives, NIL};
  split->of_chunk = static_cast<List**>(palloc0(sizeof(List*) * relations));
  ListCell* cell;
  foreach (cell, equal->ec_members) {
    auto* member = lfirst_node(EquivalenceMember, cell);
    if (!member->em_is_child) {
      split->of_tables = lappend(split->of_tables, member);
      continue;
    }
    for (int relation = -1; (relation = bms_next_member(member->em_relids, relation)) >= 0;) {
      split->of_chunk[relation] = lappend(split->of_chunk[relation], member);
    }
  }
  foreach (cell, equal->ec_derives) {
    auto* derived = lfirst_node(RestrictInfo, cell);
    const bool is_of_chunk = (derived->left_em != nullptr && derived->left_em->em_is_child) ||
                             (derived->right_em != nullptr && derived->right_em->em_is_child);
    if (!is_of_chunk) split->derived_of_tables = lappend(split->derived_of_tables, derived);
  }
  equal->ec_derives = list_copy(split->derived_of_tables);
}

/// Puts the conditions that were derived for the last chunk with the others.
void collect_derived(SplitClass* split) {
  List* derived = list_copy_tail(split->equal->ec_derives, list_length(split->derived_of_tables));
  split->all_derived = list_concat(split->all_derived, derived);
  split->equal->ec_derives = list_copy(split->derived_of_tables);
}

Split* begin_split(PlannerInfo* root, RelOptInfo* table) {
  auto* split = static_cast<Split*>(palloc0(sizeof(Split)));
  split->forget.func = forget;
  split->forget.arg = split;
  MemoryContextRegisterResetCallback(CurrentMemoryContext, &split->forget);
  split->outer = innermost;
  innermost = split;
  split->root = root;
  split->table = table;
  split->children = children_of(*root, *table);
  // With an order to keep, or conditions that are no equalities, it has added them nevertheless.
  split->postponed = !table->has_eclass_joins && !has_useful_pathkeys(root, table) &&
                     has_equal_columns(*root, *table);
  const auto classes = static_cast<Size>(list_length(root->eq_classes));
  split->classes = static_cast<SplitClass*>(palloc0(sizeof(SplitClass) * (classes + 1)));
  ListCell* cell;
  foreach (cell, root->eq_classes) {
    auto* equal = lfirst_node(EquivalenceClass, cell);
    if (equal->ec_merged != nullptr) continue;
    split_class(*root, equal, &split->classes[split->class_count++]);
  }
  return split;
}

/// Shows the members of tables, and those of a chunk. Where the planner has not made the latter,
/// they are made now.
void show_chunk(Split* split, AppendRelInfo* child) {
  RelOptInfo* chunk = split->root->simple_rel_array[child->child_relid];
  for (int i = 0; i < split->class_count; ++i) {
    SplitClass& one = split->classes[i];
    collect_derived(&one);
    one.equal->ec_members = list_concat_copy(one.of_tables, one.of_chunk[child->child_relid]);
  }
  chunk->has_eclass_joins =
      split->table->has_eclass_joins || has_equal_columns(*split->root, *split->table);
  if (!split->postponed || IS_DUMMY_REL(chunk)) return;
  add_child_rel_equivalences(split->root, child, split->table, chunk);
  for (int i = 0; i < split->class_count; ++i) {
    SplitClass& one = split->classes[i];
    List* made = list_copy_tail(one.equal->ec_members, list_length(one.of_tables));
    one.all = list_concat(one.all, made);
  }
}

void show_all(Split* split) {
  for (int i = 0; i < split->class_count; ++i) {
    SplitClass& one = split->classes[i];
    collect_derived(&one);
    one.equal->ec_members = one.all;
    one.equal->ec_derives = one.all_derived;
  }
  split->table->has_eclass_joins =
      split->table->has_eclass_joins || has_equal_columns(*split->root, *split->table);
  split->table = nullptr;  // not to be found again
}

/// Called when a chunk has its paths: prepares for the next one, or cleans up behind the last.
void turn_to_next(PlannerInfo* root, RelOptInfo* chunk, RelOptInfo* table) {
  Split* split = split_of(root, table);
  if (split == nullptr) {
    split = begin_split(root, table);
    // The first one was planned before we could help: without the members that were postponed.
    show_chunk(split, linitial_node(AppendRelInfo, split->children));
    if (chunk->has_eclass_joins && !IS_DUMMY_REL(chunk)) create_index_paths(root, chunk);
  }
  if (++split->next < list_length(split->children)) {
    show_chunk(split, list_nth_node(AppendRelInfo, split->children, split->next));
  } else {
    show_all(split);
  }
}

void set_pathlist(PlannerInfo* root, RelOptInfo* relation, Index index, RangeTblEntry* entry) {
  if (previous_pathlist != nullptr) previous_pathlist(root, relation, index, entry);
  if (relation->reloptkind == RELOPT_OTHER_MEMBER_REL) {
    RelOptInfo* table = hypertable_of(*root, *relation);
    if (table != nullptr) turn_to_next(root, relation, table);
  }
}

}  // namespace

void install_child_equivalences() {
  previous_info = get_relation_info_hook;
  get_relation_info_hook = postpone_members;
  previous_pathlist = set_rel_pathlist_hook;
  set_rel_pathlist_hook = set_pathlist;
}

}  // namespace varve::planner
