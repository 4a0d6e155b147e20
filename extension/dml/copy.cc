#include "extension/dml/copy.h"

#include "extension/catalog/hypertable_cache.h"
#include "extension/ddl/dispatch.h"
#include "extension/dml/copy_from.h"
#include "extension/dml/copy_to.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <catalog/namespace.h>
#include <miscadmin.h>
#include <nodes/parsenodes.h>
#include <parser/parse_node.h>
}

namespace varve::dml {
namespace {

/// The hypertable that the statement names, or InvalidOid. Whatever is wrong with the name is
/// PostgreSQL's to report.
Oid hypertable_of(const CopyStmt& statement) {
  if (statement.relation == nullptr) return InvalidOid;
  const Oid relation = RangeVarGetRelid(statement.relation, NoLock, true);
  if (!OidIsValid(relation)) return InvalidOid;
  const auto* hypertable = pg::entry([&] { return catalog::cached_hypertable(relation); });
  return hypertable != nullptr ? relation : InvalidOid;
}

void copy(ddl::Utility& utility) {
  const auto* statement = castNode(CopyStmt, utility.statement());
  const Oid relation = hypertable_of(*statement);
  if (!OidIsValid(relation)) {
    utility.proceed();
  } else if (statement->is_from) {
    PreventCommandIfParallelMode("COPY FROM");
    ParseState* state = make_parsestate(nullptr);
    state->p_sourcetext = utility.text;
    state->p_queryEnv = utility.environment;
    const uint64 rows = copy_from(*state, *statement);
    if (utility.completion != nullptr) SetQueryCompletion(utility.completion, CMDTAG_COPY, rows);
    free_parsestate(state);
  } else {
    utility.replace_statement(reinterpret_cast<Node*>(copy_to(*statement, relation)));
    utility.proceed();
  }
}

}  // namespace

void install_copy() { ddl::on_statement(T_CopyStmt, copy); }

}  // namespace varve::dml
