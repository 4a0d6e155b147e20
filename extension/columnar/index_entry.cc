#include "extension/columnar/index_entry.h"

#include "extension/pg/postgres.h"
extern "C" {
#include <access/genam.h>
#include <catalog/index.h>
}

namespace varve::columnar {

IndexForm IndexForm::open(Oid index) {
  IndexForm form = {};
  form.index = index_open(index, RowExclusiveLock);
  form.info = BuildIndexInfo(form.index);
  if (form.info->ii_Expressions != NIL || form.info->ii_Predicate != NIL) {
    form.estate = CreateExecutorState();
    form.predicate = ExecPrepareQual(form.info->ii_Predicate, form.estate);
  }
  return form;
}

void IndexForm::close() {
  if (estate != nullptr) FreeExecutorState(estate);
  index_close(index, NoLock);
}

bool IndexForm::form(TupleTableSlot* row, Datum* values, bool* nulls) {
  if (estate != nullptr) {
    ExprContext* context = GetPerTupleExprContext(estate);
    ResetExprContext(context);
    context->ecxt_scantuple = row;
    if (predicate != nullptr && !ExecQual(predicate, context)) return false;
  }
  FormIndexDatum(info, row, estate, values, nulls);
  return true;
}

void insert_index_entries(Relation table, TupleTableSlot* row, const ItemPointerData& tid) {
  List* indexes = RelationGetIndexList(table);
  ListCell* cell;
  foreach (cell, indexes) {
    IndexForm form = IndexForm::open(lfirst_oid(cell));
    Datum values[INDEX_MAX_KEYS];
    bool nulls[INDEX_MAX_KEYS];
    if (form.info->ii_ReadyForInserts && form.form(row, values, nulls)) {
      ItemPointerData pointer = tid;
      index_insert(form.index, values, nulls, &pointer, table, UNIQUE_CHECK_NO, false, form.info);
    }
    form.close();
  }
  list_free(indexes);
}

}  // namespace varve::columnar
