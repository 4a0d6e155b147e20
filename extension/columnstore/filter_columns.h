#pragma once

#include <span>

#include "extension/columnstore/settings.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/attnum.h>
#include <utils/rel.h>
}

// Which bloom filters the row groups of a chunk shall have. C API.
namespace varve::columnstore {

/// The columns of a filter, in the order that hashes are combined in.
struct FilterColumns {
  static constexpr int kMost = 8;

  AttrNumber attributes[kMost];
  int count;
  bool is_automatic;  // made only where it is worth its bytes
};

/// What filters a chunk of `target` shall have. Where the option does not say, those of columns of
/// `indexed`, the same chunk or one like it, that its indexes begin with and that nothing else
/// finds: of uuid, text and the like, and neither in segmentby nor in orderby.
std::span<const FilterColumns> filters_of(Relation indexed, Relation target,
                                          const Settings& settings);

/// The filters of a chunk as a list that could have been the option tsdb.sparse_index.
const char* filter_text(Oid chunk, const Settings& settings);

}  // namespace varve::columnstore
