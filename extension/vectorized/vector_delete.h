#pragma once

#include "extension/columnar/delete_vector.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/execdesc.h>
#include <nodes/execnodes.h>
#include <nodes/pathnodes.h>
}

// DELETE by vectors. Where nothing but the rows' end is asked for, a ColumnarScan right below the
// ModifyTable of a DELETE deletes what it finds itself, all rows of a vector with one bitmap, and
// gives the ModifyTable only those that are not so simple: rows of the heap part, and columnar rows
// that others have touched. C API.
namespace varve::vectorized {

/// What a scan needs for it; off until begin().
class VectorDelete {
 public:
  void begin(ModifyTableState& statement, Relation chunk);
  [[nodiscard]] bool is_on() const { return statement_ != nullptr; }
  /// Deletes what can be deleted together, and counts it for the statement; returns how many rows
  /// are left, at the front of those given. May leave rubbish in the current memory context.
  std::uint32_t run(const columnar::VectorDeletion& deletion);
  void end();
  [[nodiscard]] std::uint64_t deleted() const { return deleted_; }

 private:
  ModifyTableState* statement_ = nullptr;
  Relation chunk_ = nullptr;
  columnar::RowHeaders headers_;
  std::uint64_t deleted_ = 0;
};

/// Whether a query whose scan of the chunk is planned may delete what it finds: for costs.
bool may_delete_by_vectors(const Query& query, Relation chunk);

/// After ExecutorStart: lets scans of the statement delete, as far as it is a DELETE and
/// they can do so.
void begin_vector_deletes(QueryDesc& query);

}  // namespace varve::vectorized
