#pragma once

#include <cstring>

#include "extension/pg/postgres.h"

namespace varve::function {

/// Whether two detoasted texts have the same bytes: what caches of a call site ask.
inline bool same_text(const text* a, const text* b) {
  return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
         std::memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

}  // namespace varve::function
