#include "platform/ingest/failure.h"

#include "platform/base/database.h"

namespace varve::ingest {

Failure failure_of(std::string_view sqlstate) {
  if (sqlstate.empty()) return Failure::kTransient;
  switch (database::classify(sqlstate)) {
    case database::ErrorClass::kConnection:
    case database::ErrorClass::kTransient:
    case database::ErrorClass::kCanceled: return Failure::kTransient;
    default: return Failure::kEnvironment;
  }
}

bool blames_values(std::string_view sqlstate) {
  return !sqlstate.empty() && database::classify(sqlstate) == database::ErrorClass::kData;
}

}  // namespace varve::ingest
