#include "extension/columnstore/sparse_settings.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <utils/guc.h>
}

namespace varve::columnstore {
namespace {

bool chooses_blooms = true;
bool reads_blooms = true;
bool reads_composite_blooms = true;

}  // namespace

void define_sparse_settings() {
  DefineCustomBoolVariable("timescaledb.auto_sparse_indexes",
                           "Chooses bloom filters by the indexes of a hypertable.", nullptr,
                           &chooses_blooms, true, PGC_USERSET, 0, nullptr, nullptr, nullptr);
  DefineCustomBoolVariable("timescaledb.enable_sparse_index_bloom",
                           "Leaves out row groups by their bloom filters.", nullptr, &reads_blooms,
                           true, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
  DefineCustomBoolVariable("timescaledb.enable_composite_bloom_indexes",
                           "Leaves out row groups by bloom filters of several columns.", nullptr,
                           &reads_composite_blooms, true, PGC_USERSET, GUC_EXPLAIN, nullptr,
                           nullptr, nullptr);
}

bool are_blooms_chosen() { return chooses_blooms; }
bool are_blooms_read() { return reads_blooms; }
bool are_composite_blooms_read() { return reads_blooms && reads_composite_blooms; }

}  // namespace varve::columnstore
