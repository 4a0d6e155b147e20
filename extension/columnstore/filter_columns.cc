#include "extension/columnstore/filter_columns.h"

#include <algorithm>
#include <string>

#include "extension/columnstore/column.h"
#include "extension/columnstore/full_indexes.h"
#include "extension/columnstore/sparse_index.h"
#include "extension/columnstore/sparse_options.h"
#include "extension/columnstore/sparse_settings.h"
#include "extension/columnstore/value_hash.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/genam.h>
#include <access/table.h>
#include <catalog/pg_type.h>
#include <utils/lsyscache.h>
}

namespace varve::columnstore {
namespace {

static_assert(FilterColumns::kMost == kMostIndexColumns);

/// The attribute of a column that can have a filter, as it is now; 0 where it cannot.
AttrNumber filtered_column(Relation target, const char* name) {
  const AttrNumber attribute = get_attnum(RelationGetRelid(target), name);
  if (attribute <= 0) return InvalidAttrNumber;
  const Column column = column_of(*TupleDescAttr(RelationGetDescr(target), attribute - 1));
  return OidIsValid(value_hash_of(column.type, column.collation)) ? attribute : InvalidAttrNumber;
}

FilterColumns filter_of(Relation target, const SparseEntry& entry) {
  FilterColumns filter = {};
  ListCell* cell;
  foreach (cell, entry.columns) {
    const AttrNumber column = filtered_column(target, static_cast<const char*>(lfirst(cell)));
    if (column == InvalidAttrNumber || filter.count == FilterColumns::kMost) return {};
    filter.attributes[filter.count++] = column;
  }
  return filter;
}

/// Numbers and times mostly grow with the time, so that ranges find them.
bool has_no_useful_order(const Column& column) {
  return range_of(column.representation) == Range::kBytes || column.type == BPCHAROID ||
         column.type == NAMEOID;
}

/// The column that an index begins with, where a filter of it is of use.
const char* column_to_find(Relation chunk, Oid index_id, const Settings& settings) {
  Relation index = index_open(index_id, AccessShareLock);
  const AttrNumber attribute = index->rd_index->indkey.values[0];
  const bool is_full = is_wanted_full(chunk, index);
  index_close(index, NoLock);
  if (attribute <= 0 || is_full) return nullptr;
  const FormData_pg_attribute& form = *TupleDescAttr(RelationGetDescr(chunk), attribute - 1);
  if (!has_no_useful_order(column_of(form))) return nullptr;
  return sorts_by(settings, NameStr(form.attname)) ? nullptr : pstrdup(NameStr(form.attname));
}

int add_filter(FilterColumns* filters, int count, const FilterColumns& filter) {
  if (filter.count == 0) return count;
  const auto is_same = [&](const FilterColumns& other) {
    return std::equal(filter.attributes, filter.attributes + FilterColumns::kMost,
                      other.attributes);
  };
  if (std::any_of(filters, filters + count, is_same)) return count;
  filters[count] = filter;
  return count + 1;
}

std::span<const FilterColumns> chosen_filters(Relation indexed, Relation target,
                                              const Settings& settings) {
  List* indexes = RelationGetIndexList(indexed);
  auto* filters =
      static_cast<FilterColumns*>(palloc0(sizeof(FilterColumns) * (list_length(indexes) + 1)));
  int count = 0;
  ListCell* cell;
  foreach (cell, indexes) {
    const char* name = column_to_find(indexed, lfirst_oid(cell), settings);
    if (name == nullptr) continue;
    const AttrNumber column = filtered_column(target, name);
    if (column != InvalidAttrNumber) count = add_filter(filters, count, {{column}, 1, true});
  }
  return {filters, static_cast<std::size_t>(count)};
}

}  // namespace

std::span<const FilterColumns> filters_of(Relation indexed, Relation target,
                                          const Settings& settings) {
  if (settings.sparse_index == nullptr) {
    return are_blooms_chosen() ? chosen_filters(indexed, target, settings)
                               : std::span<const FilterColumns>();
  }
  List* entries = sparse_entries(settings.sparse_index);
  auto* filters =
      static_cast<FilterColumns*>(palloc0(sizeof(FilterColumns) * (list_length(entries) + 1)));
  int count = 0;
  ListCell* cell;
  foreach (cell, entries) {
    const auto* entry = static_cast<const SparseEntry*>(lfirst(cell));
    if (kBloomIndex == entry->type) count = add_filter(filters, count, filter_of(target, *entry));
  }
  return {filters, static_cast<std::size_t>(count)};
}

const char* filter_text(Oid chunk, const Settings& settings) {
  Relation table = table_open(chunk, AccessShareLock);
  const TupleDesc columns = RelationGetDescr(table);
  const auto filters = filters_of(table, table, settings);
  const char* text = pg::entry([&] {
    std::vector<SparseIndex> indexes;
    for (const FilterColumns& filter : filters) {
      SparseIndex index = {std::string(kBloomIndex), {}};
      for (int i = 0; i < filter.count; ++i) {
        const int at = filter.attributes[i] - 1;
        index.columns.emplace_back(NameStr(TupleDescAttr(columns, at)->attname));
      }
      indexes.push_back(index);
    }
    const std::string list = text_of(indexes);
    return pg::call([&] { return pnstrdup(list.data(), list.size()); });
  });
  table_close(table, NoLock);
  return text;
}

}  // namespace varve::columnstore
