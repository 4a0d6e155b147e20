#include "extension/columnar/planned_groups.h"

#include <algorithm>

#include "extension/columnar/reader_pool.h"
#include "extension/columnar/row_id.h"

extern "C" {
#include <access/table.h>
#include <storage/bufmgr.h>
}

namespace varve::columnar {
namespace {

columnstore::GroupTotals read_totals(Relation chunk) {
  columnstore::GroupTotals totals = {};
  columnstore::Reader* reader = take_reader(chunk);
  for (const columnstore::GroupInfo& group : reader->groups()) {
    totals.rows += group.rows;
    totals.sample_units += (group.rows + kRowsOfBlock - 1) / kRowsOfBlock;
  }
  give_back(reader);
  Relation store = table_open(chunk->rd_rel->reltoastrelid, AccessShareLock);
  totals.pages = RelationGetNumberOfBlocks(store);
  table_close(store, NoLock);
  return totals;
}

columnstore::GroupOrder read_order(Relation chunk) {
  columnstore::GroupOrder order = {};
  columnstore::Reader* reader = take_reader(chunk);
  const auto groups = reader->groups();
  if (!groups.empty()) {
    const auto columns = reader->sort_columns(groups.back().number);
    for (const auto& column : columns.first(std::min<std::size_t>(columns.size(), order.kMost))) {
      order.attributes[order.count++] = column.attribute;
    }
    const auto filtered = reader->filtered_columns(groups.back().number);
    for (const AttrNumber column :
         filtered.first(std::min<std::size_t>(filtered.size(), order.kMost))) {
      order.filtered[order.filtered_count++] = column;
    }
  }
  give_back(reader);
  return order;
}

}  // namespace

columnstore::GroupTotals group_totals(Relation chunk) {
  const Oid toast = chunk->rd_rel->reltoastrelid;
  columnstore::GroupTotals totals = {};
  if (!OidIsValid(toast) || columnstore::known_groups(toast) == columnstore::Known::kNo ||
      columnstore::find_totals(toast, totals)) {
    return totals;
  }
  totals = read_totals(chunk);
  columnstore::remember_totals(toast, totals);
  columnstore::remember_groups(toast, totals.rows > 0);  // spares has_groups() its probe
  return totals;
}

columnstore::GroupOrder group_order(Relation chunk) {
  const Oid toast = chunk->rd_rel->reltoastrelid;
  columnstore::GroupOrder order = {};
  if (!columnstore::has_groups(chunk) || columnstore::find_order(toast, order)) return order;
  order = read_order(chunk);
  columnstore::remember_order(toast, order);
  return order;
}

}  // namespace varve::columnar
