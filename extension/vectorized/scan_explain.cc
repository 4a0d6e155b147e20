// What EXPLAIN tells of a ColumnarScan. C API.
#include "extension/vectorized/scan_state.h"

extern "C" {
#include <nodes/makefuncs.h>
#include <utils/rel.h>
#include <utils/ruleutils.h>
}

namespace varve::vectorized {
namespace {

void explain_columns(const ColumnarScan& scan, ExplainState* out) {
  const TupleDesc columns = RelationGetDescr(scan.css.ss.ss_currentRelation);
  List* names = NIL;
  for (int i = 0; i < scan.source.column_count(); ++i) {
    const int at = scan.source.columns()[i].attribute - 1;
    names = lappend(names, pstrdup(NameStr(TupleDescAttr(columns, at)->attname)));
  }
  if (names != NIL) ExplainPropertyList("Columns", names, out);
}

void explain_filter(const ColumnarScan& scan, List* ancestors, ExplainState* out) {
  List* decided = scan.source.filter().decided();
  if (decided == NIL) return;
  List* context = set_deparse_context_plan(out->deparse_cxt, scan.css.ss.ps.plan, ancestors);
  auto* node = reinterpret_cast<Node*>(make_ands_explicit(decided));
  ExplainPropertyText("Vectorized Filter", deparse_expression(node, context, out->verbose, false),
                      out);
}

}  // namespace

void explain_scan(CustomScanState* state, List* ancestors, ExplainState* out) {
  const ColumnarScan& scan = scan_of(state);
  explain_columns(scan, out);
  explain_filter(scan, ancestors, out);
  if (scan.deletion.is_on()) ExplainPropertyBool("Vectorized Delete", true, out);
  if (!out->analyze || scan.source.is_shared()) return;  // what workers did is not known
  const SourceCounts& counts = scan.source.counts();
  const auto show = [&](const char* what, std::uint64_t number) {
    ExplainPropertyInteger(what, nullptr, static_cast<int64>(number), out);
  };
  show("Row Groups Skipped", counts.groups_skipped);
  if (counts.groups_skipped_by_blooms > 0) {
    show("Row Groups Skipped by Bloom Filter", counts.groups_skipped_by_blooms);
  }
  show("Vectors Skipped", counts.vectors_skipped);
  show("Vectors Read", counts.vectors_read);
  if (scan.deletion.is_on()) show("Rows Deleted by Vectors", scan.deletion.deleted());
}

}  // namespace varve::vectorized
