#include "extension/chunk/maintain/columns.h"

#include "extension/catalog/access_method.h"

namespace varve::chunk {
namespace {

Columns installed = {};

}  // namespace

void install_columns(const Columns& columns) { installed = columns; }

const Columns& columns() { return installed; }

bool is_columnar(Oid table) {
  const Oid method = catalog::access_method_of(table);
  return OidIsValid(method) && method == installed.method();
}

}  // namespace varve::chunk
