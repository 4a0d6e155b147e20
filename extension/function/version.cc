#include "extension/pg/boundary.h"
extern "C" {
#include <utils/builtins.h>
}

// varve_version() returns text
VARVE_SQL_FUNCTION(varve_version) { PG_RETURN_TEXT_P(cstring_to_text(VARVE_VERSION)); }
