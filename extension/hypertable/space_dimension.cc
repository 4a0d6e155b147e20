#include "extension/hypertable/space_dimension.h"

#include <string>

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <access/genam.h>
#include <access/table.h>
#include <catalog/pg_am.h>
#include <commands/defrem.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
}

namespace varve::hypertable {
namespace {

struct Column {
  AttrNumber number;
  Oid type;
  char generated;
};

Column column_of(Relation table, const NameData& name) {
  return pg::call([&] {
    const AttrNumber number = get_attnum(RelationGetRelid(table), NameStr(name));
    if (number <= 0) return Column{};
    const FormData_pg_attribute& attribute = *TupleDescAttr(RelationGetDescr(table), number - 1);
    return Column{number, attribute.atttypid, attribute.attgenerated};
  });
}

AttrNumber require_suitable(Relation table, const NameData& name) {
  const std::string quoted = "column \"" + std::string(NameStr(name)) + "\"";
  const Column column = column_of(table, name);
  if (column.number == 0) {
    throw pg::SqlError(
        ERRCODE_UNDEFINED_COLUMN,
        quoted + " of relation \"" + RelationGetRelationName(table) + "\" does not exist");
  }
  if (column.generated != '\0') {
    throw pg::SqlError(ERRCODE_INVALID_OBJECT_DEFINITION,
                       "generated " + quoted + " cannot be a dimension of a hypertable");
  }
  if (!pg::call([&] { return OidIsValid(GetDefaultOpClass(column.type, HASH_AM_OID)); })) {
    const char* type = pg::call([&] { return format_type_be(column.type); });
    throw pg::SqlError(ERRCODE_UNDEFINED_OBJECT,
                       quoted + " cannot be a dimension, since type " + type + " has no hash");
  }
  return column.number;
}

/// The first unique index without the column, or InvalidOid.
Oid unique_index_without(Relation table, AttrNumber column) {
  ListCell* cell;
  foreach (cell, RelationGetIndexList(table)) {
    Relation index = index_open(lfirst_oid(cell), AccessShareLock);
    bool is_suitable = !index->rd_index->indisunique;
    for (int i = 0; i < index->rd_index->indnkeyatts; ++i) {
      is_suitable = is_suitable || index->rd_index->indkey.values[i] == column;
    }
    index_close(index, NoLock);
    if (!is_suitable) return lfirst_oid(cell);
  }
  return InvalidOid;
}

void require_in_unique_indexes(Relation table, AttrNumber number, const NameData& name) {
  const Oid index = pg::call([&] { return unique_index_without(table, number); });
  if (!OidIsValid(index)) return;
  throw pg::SqlError(pg::kBadHypertableIndexDefinition,
                     "unique index \"" +
                         std::string(pg::call([&] { return get_rel_name(index); })) +
                         "\" lacks column \"" + NameStr(name) + "\"",
                     {}, "A unique index of a hypertable must contain its dimensions.");
}

}  // namespace

void require_partitions(std::int32_t partitions) {
  if (partitions >= 1 && partitions <= 32767) return;
  throw pg::SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                     "the number of partitions must be between 1 and 32767");
}

void add_space_dimension(const catalog::Hypertable& hypertable, const NameData& column,
                         std::int32_t partitions) {
  require_partitions(partitions);
  if (strcmp(NameStr(column), NameStr(hypertable.column)) == 0) {
    throw pg::SqlError(pg::kDuplicateDimension,
                       "column \"" + std::string(NameStr(column)) + "\" is a dimension already");
  }
  Relation table = pg::call([&] { return table_open(hypertable.relation, NoLock); });
  const AttrNumber number = require_suitable(table, column);
  require_in_unique_indexes(table, number, column);
  pg::call([&] { table_close(table, NoLock); });
  catalog::HypertableTable::set_space(hypertable.id, column, partitions);
}

}  // namespace varve::hypertable
