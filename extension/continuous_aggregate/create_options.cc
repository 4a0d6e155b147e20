#include "extension/continuous_aggregate/create_options.h"

#include <initializer_list>

extern "C" {
#include <commands/defrem.h>
#include <fmgr.h>
#include <nodes/parsenodes.h>
#include <utils/builtins.h>
}

namespace varve::continuous_aggregate {
namespace {

bool is_named(const DefElem& option, const char* name) { return strcmp(option.defname, name) == 0; }

Interval interval_of(DefElem& option) {
  return *DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(defGetString(&option)),
                                                ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/// An interval, or for times that are integers one of those.
void read_chunk_interval(DefElem& option, CreateOptions& options) {
  options.has_chunk_interval = true;
  char* end = nullptr;
  const char* text = defGetString(&option);
  options.chunk_integer = strtoi64(text, &end, 10);
  options.chunk_is_integer = end != text && *end == '\0';
  if (!options.chunk_is_integer) options.chunk_interval = interval_of(option);
}

bool is_columnstore_option(const DefElem& option) {
  for (const char* name : {"columnstore", "enable_columnstore", "compress", "segmentby", "orderby",
                           "compress_segmentby", "compress_orderby", "compress_chunk_interval",
                           "compress_chunk_time_interval"}) {
    if (is_named(option, name)) return true;
  }
  return false;
}

void apply(DefElem& option, CreateOptions& options) {
  if (is_named(option, "continuous")) {
    options.continuous = defGetBoolean(&option);
  } else if (is_named(option, "materialized_only")) {
    options.materialized_only = defGetBoolean(&option);
  } else if (is_named(option, "create_group_indexes")) {
    options.create_group_indexes = defGetBoolean(&option);
  } else if (is_named(option, "chunk_interval")) {
    read_chunk_interval(option, options);
  } else if (is_named(option, "finalized")) {
    if (!defGetBoolean(&option)) {
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                      errmsg("continuous aggregates store finished results only"),
                      errhint("Leave out \"finalized\".")));
    }
  } else if (is_columnstore_option(option)) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("option \"%s\" cannot be given when a continuous aggregate is created",
                           option.defname)));
  } else {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("there is no option \"%s.%s\" of a continuous aggregate",
                           option.defnamespace, option.defname)));
  }
}

}  // namespace

bool is_ours(const DefElem& option) {
  return option.defnamespace != nullptr && (strcmp(option.defnamespace, "timescaledb") == 0 ||
                                            strcmp(option.defnamespace, "tsdb") == 0);
}

bool asks_for_aggregate(List* options) {
  ListCell* cell;
  foreach (cell, options) {
    auto* option = lfirst_node(DefElem, cell);
    if (is_ours(*option) && is_named(*option, "continuous")) return defGetBoolean(option);
  }
  return false;
}

CreateOptions create_options(List* options) {
  CreateOptions result = {false, true, true, false, {}, false, 0};
  ListCell* cell;
  foreach (cell, options) {
    auto* option = lfirst_node(DefElem, cell);
    if (!is_ours(*option)) {
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                      errmsg("storage parameter \"%s\" cannot be given to a continuous aggregate",
                             option->defname),
                      errhint("Its results are in chunks of a hypertable of their own.")));
    }
    apply(*option, result);
  }
  return result;
}

}  // namespace varve::continuous_aggregate
