#include "extension/continuous_aggregate/changed_groups.h"

#include "extension/catalog/chunk_table.h"
#include "extension/continuous_aggregate/late_rows.h"
#include "extension/continuous_aggregate/sql.h"
#include "extension/vectorized/aggregate_description.h"
#include "extension/vectorized/wanted_groups.h"

#include "extension/pg/boundary.h"
#include "extension/pg/grow.h"
extern "C" {
#include <access/table.h>
#include <access/tupconvert.h>
#include <executor/executor.h>
#include <lib/stringinfo.h>
#include <miscadmin.h>
#include <nodes/nodeFuncs.h>
#include <optimizer/optimizer.h>
#include <optimizer/tlist.h>
#include <parser/parsetree.h>
#include <utils/lsyscache.h>
#include <utils/memutils.h>
#include <utils/snapmgr.h>
}

namespace varve::continuous_aggregate {
namespace {

using vectorized::KeyHasher;
using vectorized::KeySet;

/// Whether the query reads nothing but the source, and says what it wants of it in one place.
bool is_plain(const Definition& definition) {
  const Query& query = *definition.query;
  if (query.hasSubLinks || query.cteList != NIL || query.groupingSets != NIL ||
      query.setOperations != nullptr || query.hasTargetSRFs || query.hasWindowFuncs ||
      query.distinctClause != NIL || query.limitCount != nullptr ||
      OidIsValid(definition.source_view)) {
    return false;
  }
  if (list_length(query.jointree->fromlist) != 1) return false;
  const Node* from = static_cast<Node*>(linitial(query.jointree->fromlist));
  return IsA(from, RangeTblRef) && rt_fetch(reinterpret_cast<const RangeTblRef*>(from)->rtindex,
                                            query.rtable) == definition.source_entry;
}

/// What a set of hashes may take.
std::size_t most_bytes() { return static_cast<std::size_t>(maintenance_work_mem) * 1024 / 4; }

/// In the current memory context. False where there is no room.
bool add(KeySet& set, std::uint64_t hash) {
  if (set.is_full()) {
    if (!set.memory().empty() && set.memory().size_bytes() * 2 > most_bytes()) return false;
    pg::grow(set);
  }
  set.add(hash);
  return true;
}

/// Keys of rows of the source.
class RowKeys {
 public:
  RowKeys(Relation source, List* expressions)
      : estate_(CreateExecutorState()),
        row_(MakeSingleTupleTableSlot(RelationGetDescr(source), &TTSOpsVirtual)) {
    ListCell* cell;
    foreach (cell, expressions) {
      auto* expression = static_cast<Expr*>(lfirst(cell));
      states_[foreach_current_index(cell)] = ExecPrepareExpr(expression, estate_);
      hasher_.add(get_typlen(exprType(reinterpret_cast<Node*>(expression))));
    }
    count_ = list_length(expressions);
  }

  void enter(Relation chunk) {
    map_ = convert_tuples_by_name(RelationGetDescr(chunk), row_->tts_tupleDescriptor);
  }

  std::uint64_t hash(TupleTableSlot* row) {
    ExprContext* context = GetPerTupleExprContext(estate_);
    ResetExprContext(context);
    context->ecxt_scantuple =
        map_ != nullptr ? execute_attr_map_slot(map_->attrMap, row, row_) : row;
    NullableDatum values[vectorized::kMostKeys];
    for (int i = 0; i < count_; ++i) {
      values[i].value = ExecEvalExprSwitchContext(states_[i], context, &values[i].isnull);
    }
    const MemoryContext before = MemoryContextSwitchTo(context->ecxt_per_tuple_memory);
    const std::uint64_t hash = hasher_(values);
    MemoryContextSwitchTo(before);
    return hash;
  }

  void end() {
    ExecDropSingleTupleTableSlot(row_);
    FreeExecutorState(estate_);
  }

 private:
  EState* estate_;
  TupleTableSlot* row_;
  TupleConversionMap* map_ = nullptr;
  ExprState* states_[vectorized::kMostKeys] = {};
  int count_ = 0;
  KeyHasher hasher_;
};

/// False where it cannot be told which rows of the chunk are late, or where there are too many.
bool add_chunk(Relation chunk, const Horizon& horizon, RowKeys& keys, KeySet& found) {
  keys.enter(chunk);
  LateRows rows(chunk, GetActiveSnapshot(), horizon);
  bool fits = true;
  while (fits && rows.next()) fits = add(found, keys.hash(rows.slot()));
  const bool is_known = rows.is_known();
  rows.end();
  return fits && is_known;
}

/// Chunks are read as a whole for their late rows, which costs a tenth of computing all their
/// groups: too much where a small part of them is stale, of which all groups may have changed.
bool is_much_of(const catalog::ChunkTable::Chunks& chunks, Range range) {
  constexpr double kLeastPart = 0.25;
  double stale = 0;
  double all = 0;
  for (std::size_t i = 0; i < chunks.count; ++i) {
    const Range slice = {chunks.rows[i].slice.begin, chunks.rows[i].slice.end};
    if (!overlap(range, slice)) continue;
    const Range part = common(range, slice);
    stale += static_cast<double>(part.end) - static_cast<double>(part.begin);
    all += static_cast<double>(slice.end) - static_cast<double>(slice.begin);
  }
  return stale >= kLeastPart * all;
}

bool add_chunks(std::int32_t source_id, Range range, const Horizon& horizon, RowKeys& keys,
                KeySet& found) {
  const auto chunks = catalog::ChunkTable::of_hypertable(source_id);
  if (!is_much_of(chunks, range)) return false;
  for (std::size_t i = 0; i < chunks.count; ++i) {
    const catalog::Chunk& row = chunks.rows[i];
    if (!overlap(range, {row.slice.begin, row.slice.end})) continue;
    Relation chunk = try_table_open(row.relation, AccessShareLock);
    if (chunk == nullptr) return false;  // dropped meanwhile
    const bool is_known = add_chunk(chunk, horizon, keys, found);
    table_close(chunk, NoLock);
    if (!is_known) return false;
  }
  return true;
}

/// The expressions that the query groups by, and the numbers of its results that they are; false
/// where a group cannot be told by them in rows and in results.
bool find_keys(const Definition& definition, ChangedGroups& groups) {
  const Query& query = *definition.query;
  if (!is_plain(definition) || list_length(query.groupClause) > vectorized::kMostKeys) return false;
  ListCell* cell;
  foreach (cell, query.groupClause) {
    const auto* target =
        get_sortgroupclause_tle(lfirst_node(SortGroupClause, cell), query.targetList);
    auto* key = reinterpret_cast<Node*>(target->expr);
    if (target->resjunk || contain_volatile_functions(key) ||
        !vectorized::can_be_key(exprType(key), exprCollation(key))) {
      return false;
    }
    groups.keys = lappend(groups.keys, key);
    groups.results = lappend_int(groups.results, target->resno);
  }
  return true;
}

}  // namespace

std::optional<ChangedGroups> find_changed_groups(const Definition& definition,
                                                 std::int32_t source_id, Range range,
                                                 const Insertions& insertions) {
  ChangedGroups groups = {NIL, NIL, {}};
  const auto horizon = horizon_of(insertions.since, insertions.after);
  if (!horizon || !find_keys(definition, groups)) return std::nullopt;
  PushActiveSnapshot(GetTransactionSnapshot());
  Relation source = table_open(definition.source, AccessShareLock);
  RowKeys row_keys(source, groups.keys);
  const bool is_known = add_chunks(source_id, range, *horizon, row_keys, groups.hashes);
  row_keys.end();
  table_close(source, NoLock);
  PopActiveSnapshot();
  if (!is_known) return std::nullopt;
  return groups;
}

const char* in_groups(const ChangedGroups& groups, Oid materialization) {
  StringInfoData text;
  initStringInfo(&text);
  ListCell* cell;
  foreach (cell, groups.results) {
    appendStringInfo(&text, "%s%s", text.len == 0 ? " AND varve_catalog.is_wanted_group(" : ", ",
                     quoted_column(materialization, static_cast<AttrNumber>(lfirst_int(cell))));
  }
  appendStringInfoChar(&text, ')');
  return text.data;
}

}  // namespace varve::continuous_aggregate
