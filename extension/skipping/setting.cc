#include "extension/skipping/setting.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/guc.h>
}

namespace varve::skipping {
namespace {

bool enabled = false;

}  // namespace

bool is_enabled() { return enabled; }

void define_setting() {
  DefineCustomBoolVariable("timescaledb.enable_chunk_skipping",
                           "Lets queries skip chunks in columns by the ranges of other columns "
                           "than the dimensions.",
                           nullptr, &enabled, false, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr,
                           nullptr);
}

}  // namespace varve::skipping
