#include "extension/dml/copy.h"

#include "extension/ddl/dispatch.h"
#include "extension/ddl/named_hypertable.h"
#include "extension/dml/copy_from.h"
#include "extension/dml/copy_to.h"
#include "extension/dml/early_chunk.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <miscadmin.h>
#include <nodes/parsenodes.h>
#include <parser/parse_node.h>
}

namespace varve::dml {
namespace {

void copy(ddl::Utility& utility) {
  const auto* statement = castNode(CopyStmt, utility.statement());
  const Oid relation = ddl::named_hypertable(statement->relation);
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

void install_copy() {
  ddl::on_statement(T_CopyStmt, copy);
  define_early_chunks();
}

}  // namespace varve::dml
