#include "extension/columnstore/chosen_order.h"

#include "extension/columnstore/default_order.h"

extern "C" {
#include <lib/stringinfo.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
}

namespace varve::columnstore {

void append_time(Settings& settings, const char* time) {
  if (sorts_by(settings, time)) return;
  settings.orderby = list_concat(settings.orderby, default_orderby(time));
}

namespace {

/// Takes columns out of the chosen segments that the order has already.
List* without(const List* names, const List* orderby) {
  List* rest = NIL;
  ListCell* cell;
  foreach (cell, names) {
    bool is_ordered = false;
    ListCell* other;
    foreach (other, orderby) {
      is_ordered |= strcmp(static_cast<OrderColumn*>(lfirst(other))->name,
                           static_cast<const char*>(lfirst(cell))) == 0;
    }
    if (!is_ordered) rest = lappend(rest, lfirst(cell));
  }
  return rest;
}

const char* joined(const List* names) {
  StringInfoData text;
  initStringInfo(&text);
  ListCell* cell;
  foreach (cell, names) {
    appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "",
                     quote_identifier(static_cast<const char*>(lfirst(cell))));
  }
  return text.data;
}

}  // namespace

void choose_segmentby(Settings& settings, Oid hypertable, const char* time) {
  const char* because = nullptr;
  settings.segmentby = without(default_segmentby(hypertable, time, &because), settings.orderby);
  const char* name = get_rel_name(hypertable);
  if (settings.segmentby == NIL) {
    ereport(NOTICE, (errmsg("rows of hypertable \"%s\" will not be segmented", name),
                     errdetail("No index has the time column and another one.")));
  } else {
    ereport(NOTICE, (errmsg("rows of hypertable \"%s\" will be segmented by %s", name,
                            joined(settings.segmentby)),
                     errdetail("These are the columns of index \"%s\" beside the time.", because)));
  }
}

void choose_orderby(Settings& settings, Oid hypertable, const char* time) {
  settings.orderby = NIL;
  append_time(settings, time);
  ereport(NOTICE,
          (errmsg("rows of hypertable \"%s\" will be ordered by %s", get_rel_name(hypertable),
                  settings.orderby == NIL ? "their segments alone"
                                          : psprintf("%s DESC", quote_identifier(time))),
           errdetail("This is the time column, the newest rows first.")));
}

}  // namespace varve::columnstore
