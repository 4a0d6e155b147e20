#include "extension/continuous_aggregate/policy_columns.h"

#include "extension/continuous_aggregate/definition_parts.h"

#include "extension/pg/tree.h"
extern "C" {
#include <access/nbtree.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <utils/lsyscache.h>
#include <utils/typcache.h>
}

namespace varve::continuous_aggregate {
namespace {

/// Whether equal values are the same to whoever looks at them: not so of numbers with different
/// scales or texts that differ in case alone, of which a group may have several.
bool is_exact(const TargetEntry& target) {
  const auto* value = reinterpret_cast<const Node*>(target.expr);
  const TypeCacheEntry* type = lookup_type_cache(exprType(value), TYPECACHE_BTREE_OPFAMILY);
  if (!OidIsValid(type->btree_opf)) return false;
  const Oid function = get_opfamily_proc(type->btree_opf, type->btree_opintype,
                                         type->btree_opintype, BTEQUALIMAGE_PROC);
  return OidIsValid(function) &&
         DatumGetBool(OidFunctionCall1Coll(function, exprCollation(value),
                                           ObjectIdGetDatum(type->btree_opintype)));
}

void find_columns(const Definition& definition, PolicyColumns& columns) {
  PolicyColumns below = {};
  below.root = definition.source;
  if (OidIsValid(definition.source_view)) {
    const auto lower = AggregateTable::find(definition.source_view);
    find_columns(find_definition(query_of(lower->definition)), below);
  } else {
    for (AttrNumber i = 1; i <= MaxHeapAttributeNumber; ++i) below.of[i] = i;
  }
  AttrNumber grouped[MaxHeapAttributeNumber + 1] = {};  // by column of what is read
  ListCell* cell;
  foreach (cell, definition.query->groupClause) {
    const auto* target =
        get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), definition.query->targetList);
    const AttrNumber source = source_column(definition, *target);
    if (source > 0 && !target->resjunk && is_exact(*target)) grouped[source] = target->resno;
  }
  columns.root = below.root;
  for (AttrNumber i = 1; i <= MaxHeapAttributeNumber; ++i) {
    columns.of[i] = below.of[i] > 0 ? grouped[below.of[i]] : static_cast<AttrNumber>(0);
  }
}

/// Conditions about the root (range table index 1), to be made ones about an entry of another
/// query.
struct Translation {
  const PolicyColumns* columns;  // null where the entry is the root itself
  int index;
  int levels_up;
};

[[noreturn]] void refuse_column(const PolicyColumns& columns, AttrNumber column) {
  const char* name = column > 0 ? get_attname(columns.root, column, true) : nullptr;
  ereport(
      ERROR,
      (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
       errmsg("row-level security of \"%s\" cannot be honoured by its continuous aggregate",
              get_rel_name(columns.root)),
       name != nullptr
           ? errdetail("A policy asks about column \"%s\", by which results are not grouped.", name)
           : errdetail("A policy asks about the whole row, of which results hold a part."),
       errhint("Group by the columns that policies ask about.")));
  pg_unreachable();
}

bool translate(Node* node, void* context) {
  if (node == nullptr) return false;
  auto& translation = *static_cast<Translation*>(context);
  if (IsA(node, Query)) {
    ++translation.levels_up;
    pg::walk_query(castNode(Query, node), translate, context);
    --translation.levels_up;
    return false;
  }
  if (IsA(node, Var)) {
    auto* variable = castNode(Var, node);
    if (variable->varno != 1 || static_cast<int>(variable->varlevelsup) != translation.levels_up) {
      return false;
    }
    variable->varno = translation.index;
    variable->varnosyn = 0;
    variable->varattnosyn = 0;
    if (translation.columns == nullptr) return false;
    const AttrNumber column = variable->varattno;
    const AttrNumber held =
        column > 0 ? translation.columns->of[column] : static_cast<AttrNumber>(0);
    if (held == 0) refuse_column(*translation.columns, column);
    variable->varattno = held;
    return false;
  }
  return pg::walk_expression(node, translate, context);
}

}  // namespace

/// The hypertable below all aggregates.
Oid root_of(const Definition& definition) {
  if (!OidIsValid(definition.source_view)) return definition.source;
  return root_of(
      find_definition(query_of(AggregateTable::find(definition.source_view)->definition)));
}

Oid root_of(const Aggregate& aggregate) {
  const auto below = AggregateTable::find_by_part(aggregate.source);
  return below ? root_of(*below) : aggregate.source;
}

PolicyColumns* policy_columns_of(const Definition& definition) {
  auto* columns = static_cast<PolicyColumns*>(palloc0(sizeof(PolicyColumns)));
  find_columns(definition, *columns);
  return columns;
}

void translate_policies(Node* conditions, const PolicyColumns* columns, int index) {
  Translation translation = {columns, index, 0};
  translate(conditions, &translation);
}

}  // namespace varve::continuous_aggregate
