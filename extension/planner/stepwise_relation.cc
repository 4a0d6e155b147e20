#include "extension/planner/stepwise_relation.h"

#include <algorithm>

#include "extension/catalog/hypertable_cache.h"
#include "extension/chunk/partition_descriptor.h"
#include "extension/planner/comparison.h"

#include "extension/pg/boundary.h"
#include "extension/pg/tree.h"
extern "C" {
#include <access/stratnum.h>
#include <access/table.h>
#include <catalog/pg_class.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/clauses.h>
#include <optimizer/optimizer.h>
#include <parser/parsetree.h>
#include <partitioning/partbounds.h>
#include <utils/lsyscache.h>
#include <utils/partcache.h>
#include <utils/rel.h>
}

namespace varve::planner {
namespace {

// Planning fewer at once costs about as much as planning steps.
constexpr int kManyChunks = 128;

bool is_plain_select(const Query& query) {
  return query.commandType == CMD_SELECT && query.querySource != kStep &&
         query.setOperations == nullptr && query.cteList == NIL && query.groupClause == NIL &&
         query.groupingSets == NIL && query.havingQual == nullptr && query.distinctClause == NIL &&
         query.rowMarks == NIL && !query.hasWindowFuncs && !query.hasTargetSRFs &&
         !query.hasSubLinks && !query.hasModifyingCTE &&
         list_length(query.jointree->fromlist) == 1 &&
         IsA(linitial(query.jointree->fromlist), RangeTblRef) &&
         !contain_volatile_functions(query.jointree->quals);
}

bool belongs_outside(Node* node, void* context) {
  if (node == nullptr) return false;
  if (IsA(node, Var)) return castNode(Var, node)->varlevelsup > 0;
  if (IsA(node, Aggref)) {
    return castNode(Aggref, node)->agglevelsup > 0 ||
           pg::walk_expression(node, belongs_outside, context);
  }
  if (!IsA(node, Query)) return pg::walk_expression(node, belongs_outside, context);
  return pg::walk_query(castNode(Query, node), belongs_outside, context);
}

/// How many bounds of chunks lie below `value`.
int bounds_below(Relation relation, PartitionDesc descriptor, Datum value) {
  PartitionKey key = RelationGetPartitionKey(relation);
  bool is_equal = false;
  return partition_range_datum_bsearch(key->partsupfunc, key->partcollation, descriptor->boundinfo,
                                       1, &value, &is_equal);
}

/// Narrows [first, last] by a condition between the dimension and a constant of its type, or by all
/// of those that AND connects.
void narrow(const Query& query, Node* condition, Relation relation, PartitionDesc descriptor,
            int* first, int* last) {
  if (is_andclause(condition)) {
    ListCell* cell;
    foreach (cell, castNode(BoolExpr, condition)->args) {
      narrow(query, static_cast<Node*>(lfirst(cell)), relation, descriptor, first, last);
    }
    return;
  }
  Comparison comparison;
  if (!comparison_of(condition, &comparison)) return;
  if (variable_of(comparison.left) == nullptr) comparison = mirrored(comparison);
  const Var* column = variable_of(comparison.left);
  if (column == nullptr || !is_dimension(query, *column)) return;
  Node* value = folded(comparison.right, nullptr);
  if (!IsA(value, Const) || castNode(Const, value)->constisnull ||
      castNode(Const, value)->consttype != exprType(comparison.left)) {
    return;
  }
  const int position = bounds_below(relation, descriptor, castNode(Const, value)->constvalue);
  if (comparison.strategy >= BTEqualStrategyNumber) *first = std::max(*first, position);
  if (comparison.strategy <= BTEqualStrategyNumber) *last = std::min(*last, position);
}

int chunks_left(const Query& query, Relation relation, PartitionDesc descriptor) {
  if (descriptor->nparts < kManyChunks) return descriptor->nparts;
  int first = 0;
  int last = descriptor->boundinfo->ndatums;
  if (query.jointree->quals != nullptr) {
    narrow(query, query.jointree->quals, relation, descriptor, &first, &last);
  }
  return std::max(last - first, 0);
}

}  // namespace

bool refers_outward(const Node* node) { return belongs_outside(const_cast<Node*>(node), nullptr); }

bool reads_many_chunks(const Query& query, StepwiseRelation* relation) {
  if (!is_plain_select(query)) return false;
  const int index = linitial_node(RangeTblRef, query.jointree->fromlist)->rtindex;
  RangeTblEntry* entry = rt_fetch(index, query.rtable);
  if (list_length(query.rtable) != 1 || entry->rtekind != RTE_RELATION || !entry->inh ||
      entry->relkind != RELKIND_PARTITIONED_TABLE || entry->tablesample != nullptr ||
      pg::entry([&] { return catalog::cached_hypertable(entry->relid); }) == nullptr) {
    return false;
  }
  Relation table = table_open(entry->relid, NoLock);
  PartitionDesc descriptor = chunk::fresh_partition_descriptor(table);
  *relation = {index, entry, RelationGetPartitionKey(table)->partopfamily[0]};
  const bool many = chunks_left(query, table, descriptor) >= kManyChunks;
  table_close(table, NoLock);
  return many;
}

Node* dimension_of(const StepwiseRelation& relation) {
  Relation table = table_open(relation.entry->relid, NoLock);
  const AttrNumber column = RelationGetPartitionKey(table)->partattrs[0];
  Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), column - 1);
  Var* variable = makeVar(relation.index, column, attribute->atttypid, attribute->atttypmod,
                          attribute->attcollation, 0);
  table_close(table, NoLock);
  const Oid type = getBaseType(variable->vartype);
  if (type == variable->vartype) return reinterpret_cast<Node*>(variable);
  return reinterpret_cast<Node*>(makeRelabelType(reinterpret_cast<Expr*>(variable), type, -1,
                                                 InvalidOid, COERCE_IMPLICIT_CAST));
}

}  // namespace varve::planner
