#pragma once

#include <cstdint>

#include "extension/hypertable/interval.h"

#include "extension/pg/postgres.h"

namespace varve::hypertable {

/// What create_hypertable() was asked for, in either of its forms.
struct CreateRequest {
  Oid relation = InvalidOid;
  NameData column = {};
  RequestedWidth width = {};
  const char* chunk_schema = nullptr;  // null: the extension's own
  const char* chunk_prefix = nullptr;  // null: _hyper_<id>
  bool default_indexes = true;
  bool if_not_exists = false;
  bool migrate_data = false;
  bool announce_not_null = false;
  const char* space_column = nullptr;  // null: one dimension
  std::int32_t space_partitions = 0;
};

struct CreateResult {
  std::int32_t id;
  bool created;
};

/// Turns a table into a hypertable. Every error is thrown before anything has changed, or undone
/// with the transaction.
CreateResult create(const CreateRequest& request);

}  // namespace varve::hypertable
