#include "extension/chunk/maintain/time_column.h"

extern "C" {
#include <utils/lsyscache.h>
}

namespace varve::chunk {

TimeColumn time_column_of(Relation chunk, const catalog::Hypertable& hypertable) {
  const AttrNumber number = get_attnum(RelationGetRelid(chunk), NameStr(hypertable.column));
  if (number == InvalidAttrNumber) {
    elog(ERROR, "chunk \"%s\" lacks column \"%s\"", RelationGetRelationName(chunk),
         NameStr(hypertable.column));
  }
  return {number, getBaseType(hypertable.column_type)};
}

}  // namespace varve::chunk
