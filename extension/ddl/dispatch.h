#pragma once

#include "extension/pg/postgres.h"
extern "C" {
#include <tcop/utility.h>
}

// Utility statements that features have a say in: a table from the kind of statement to handlers.
// A kind that nobody asked for costs one look-up in an array.
namespace varve::ddl {

/// One utility statement on its way through the handlers.
///
/// A handler either calls proceed() once, with the statement changed before or work done after it,
/// or does the statement's work itself, or reports an error. It must not change the tree in place:
/// plans are cached. C in the sense of boundary.h: it may ereport, and owns nothing.
class Utility {
 public:
  using Handler = void (*)(Utility& utility);

  /// The statement's node, to be read only.
  [[nodiscard]] Node* statement() const { return plan->utilityStmt; }

  /// Makes proceed() run `statement` instead, and lets PostgreSQL scribble on it.
  void replace_statement(Node* statement);

  /// Reports a read-only transaction, recovery or parallel mode, as PostgreSQL would. For handlers
  /// that change something before they call proceed(), or instead.
  void require_writable() const;

  /// The next handler for this kind of statement, or PostgreSQL itself.
  void proceed();

  PlannedStmt* plan;
  const char* text;
  bool is_read_only;
  ProcessUtilityContext context;
  ParamListInfo parameters;
  QueryEnvironment* environment;
  DestReceiver* destination;
  QueryCompletion* completion;
  int next;  // of the handlers
};

/// Registers `handler` for statements whose node is of `kind`, behind those registered before. In
/// _PG_init.
void on_statement(NodeTag kind, Utility::Handler handler);

/// Once, in _PG_init.
void install_dispatch();

}  // namespace varve::ddl
