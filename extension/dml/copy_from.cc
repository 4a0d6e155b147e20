#include "extension/dml/copy_from.h"

#include <type_traits>

#include "extension/catalog/hypertable_cache.h"
#include "extension/dml/copy_check.h"
#include "extension/dml/copy_into.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <access/table.h>
#include <commands/copy.h>
#include <utils/rel.h>
}

namespace varve::dml {
namespace {

static_assert(std::is_trivially_destructible_v<CopyInto>);

catalog::Hypertable hypertable_of(Relation target) {
  return pg::entry([&] {
    const auto* hypertable = catalog::cached_hypertable(RelationGetRelid(target));
    if (hypertable == nullptr) {
      throw pg::SqlError(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                         "the table was replaced while COPY began");
    }
    return *hypertable;
  });
}

}  // namespace

std::uint64_t copy_from(ParseState& state, const CopyStmt& statement) {
  check_file_privileges(statement);
  Node* where = nullptr;
  Relation target = open_target(state, statement, &where);
  CopyFromState source =
      BeginCopyFrom(&state, target, where, statement.filename, statement.is_program, nullptr,
                    statement.attlist, statement.options);
  if (source->opts.freeze) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot perform COPY FREEZE on a hypertable"),
                    errhint("Copy into its chunks, or without FREEZE.")));
  }
  CopyInto copy(source, target, hypertable_of(target));
  const std::uint64_t rows = copy.run();
  EndCopyFrom(source);
  table_close(target, NoLock);
  return rows;
}

}  // namespace varve::dml
