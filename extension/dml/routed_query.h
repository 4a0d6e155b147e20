#pragma once

#include <concepts>

#include "extension/dml/retired_routing.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <executor/execdesc.h>
#include <nodes/execnodes.h>
}

namespace varve::dml {

/// A started query that writes into hypertables: what route() needs to know of the query it runs
/// in. Lives in the query's own memory context, which also unlinks it should the query fail.
///
/// All functions are C in the sense of boundary.h: they ereport, and own nothing.
class RoutedQuery {
 public:
  /// After ExecutorStart: registers the query if one of its ModifyTable nodes targets a hypertable.
  static void begin(QueryDesc& query);

  /// Calls `body` with the query as the innermost running one.
  template <std::invocable Body>
  static void while_running(QueryDesc& query, Body&& body) {
    RoutedQuery* const found = find(query.estate);
    RoutedQuery* const outer = innermost;
    if (found == outer) {
      body();
      return;
    }
    PG_TRY();
    {
      innermost = found;
      body();
    }
    PG_FINALLY();
    { innermost = outer; }
    PG_END_TRY();
  }

  /// Before ExecutorEnd: closes what replace_routing() retired.
  static void end(QueryDesc& query);

  /// The innermost running query, or null where that one writes into no hypertable.
  static RoutedQuery* running() { return innermost; }

  /// The hypertable `relation` as the query holds it open, or null where it does not write there.
  [[nodiscard]] Relation target(Oid relation) const;

  [[nodiscard]] EState& estate() const { return *estate_; }

  /// Makes the query route with the partition descriptor of now.
  void replace_routing();

 private:
  struct Target {
    ModifyTableState* node;
    Target* next;
  };

  static RoutedQuery* find(const EState* estate);
  static void unlink(void* query);
  void add_target(PlanState* state);

  EState* estate_;
  Target* targets_;
  RetiredRouting retired_;
  RoutedQuery* next_;  // in the list of all started ones
  MemoryContextCallback callback_;

  static RoutedQuery* all_started;
  static RoutedQuery* innermost;
};

}  // namespace varve::dml
