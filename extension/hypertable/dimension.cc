#include "extension/hypertable/dimension.h"

#include <optional>
#include <string>

#include "extension/pg/boundary.h"
#include "extension/pg/sqlstate.h"
extern "C" {
#include <catalog/pg_type.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::hypertable {
namespace {

std::optional<DimensionType> supported_type(Oid type_oid) {
  switch (type_oid) {
    case INT2OID: return DimensionType::kSmallint;
    case INT4OID: return DimensionType::kInteger;
    case INT8OID: return DimensionType::kBigint;
    case DATEOID: return DimensionType::kDate;
    case TIMESTAMPOID: return DimensionType::kTimestamp;
    case TIMESTAMPTZOID: return DimensionType::kTimestamptz;
    case UUIDOID: return DimensionType::kUuid;
    default: return std::nullopt;
  }
}

[[noreturn]] void refuse_type(const std::string& column, Oid type_oid) {
  const std::string type = pg::call([&] { return format_type_be(type_oid); });
  const std::string message = "column \"" + column + "\" of type " + type +
                              " cannot be the primary dimension of a hypertable";
  throw pg::SqlError(
      pg::kBadHypertableDefinition, message, {},
      "Use a column of type timestamptz, timestamp, date, uuid, smallint, integer or "
      "bigint.");
}

}  // namespace

Dimension find_dimension(Relation table, const NameData& name) {
  const std::string column = NameStr(name);
  const AttrNumber number =
      pg::call([&] { return get_attnum(RelationGetRelid(table), NameStr(name)); });
  if (number <= 0) {
    throw pg::SqlError(ERRCODE_UNDEFINED_COLUMN, "column \"" + column + "\" of relation \"" +
                                                     RelationGetRelationName(table) +
                                                     "\" does not exist");
  }
  const FormData_pg_attribute& attribute = *TupleDescAttr(RelationGetDescr(table), number - 1);
  if (attribute.attgenerated != '\0') {
    throw pg::SqlError(ERRCODE_INVALID_OBJECT_DEFINITION,
                       "generated column \"" + column +
                           "\" cannot be the primary dimension of a "
                           "hypertable");
  }
  const Oid type_oid = pg::call([&] { return getBaseType(attribute.atttypid); });
  const auto type = supported_type(type_oid);
  if (!type) refuse_type(column, type_oid);
  return {number, attribute.attname, type_oid, *type};
}

DimensionType dimension_type(Oid type_oid) {
  const auto type = supported_type(type_oid);
  if (!type) refuse_type("", type_oid);
  return *type;
}

}  // namespace varve::hypertable
