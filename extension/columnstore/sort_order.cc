#include "extension/columnstore/sort_order.h"

extern "C" {
#include <catalog/pg_attribute.h>
#include <catalog/pg_collation.h>
#include <parser/parse_oper.h>
#include <utils/lsyscache.h>
}

namespace varve::columnstore {
namespace {

AttrNumber column_named(Relation chunk, const char* name) {
  const AttrNumber attribute = get_attnum(RelationGetRelid(chunk), name);
  if (attribute > 0) return attribute;
  ereport(ERROR,
          (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("column \"%s\" of chunk \"%s\" does not exist",
                                                     name, RelationGetRelationName(chunk))));
}

void add(SortOrder& order, Relation chunk, const OrderColumn& column, bool is_segment) {
  const AttrNumber attribute = column_named(chunk, column.name);
  const FormData_pg_attribute& form = *TupleDescAttr(RelationGetDescr(chunk), attribute - 1);
  Oid less = InvalidOid;
  Oid greater = InvalidOid;
  get_sort_group_operators(form.atttypid, true, false, true, &less, nullptr, &greater, nullptr);
  const int i = order.count++;
  order.attributes[i] = attribute;
  order.operators[i] = column.is_descending ? greater : less;
  // Segments only have to lie together, and bytes are compared faster.
  const bool any_will_do = is_segment && OidIsValid(form.attcollation) &&
                           get_collation_isdeterministic(form.attcollation);
  order.collations[i] = any_will_do ? C_COLLATION_OID : form.attcollation;
  order.nulls_first[i] = column.nulls_first;
  order.columns[i] = {attribute, column.is_descending, column.nulls_first};
}

}  // namespace

SortOrder sort_order(Relation chunk, const Settings& settings) {
  const int most = list_length(settings.segmentby) + list_length(settings.orderby);
  const auto array = [&](auto* none) {
    return static_cast<decltype(none)>(palloc(sizeof *none * (most + 1)));
  };
  SortOrder order = {0,
                     array(static_cast<AttrNumber*>(nullptr)),
                     array(static_cast<Oid*>(nullptr)),
                     array(static_cast<Oid*>(nullptr)),
                     array(static_cast<bool*>(nullptr)),
                     array(static_cast<SortColumn*>(nullptr))};
  ListCell* cell;
  foreach (cell, settings.segmentby) {
    add(order, chunk, {static_cast<const char*>(lfirst(cell)), false, false}, true);
  }
  foreach (cell, settings.orderby) {
    add(order, chunk, *static_cast<const OrderColumn*>(lfirst(cell)), false);
  }
  return order;
}

Tuplesortstate* begin_sort(Relation chunk, const SortOrder& order, int kilobytes) {
  return tuplesort_begin_heap(RelationGetDescr(chunk), order.count, order.attributes,
                              order.operators, order.collations, order.nulls_first, kilobytes,
                              nullptr, TUPLESORT_NONE);
}

}  // namespace varve::columnstore
