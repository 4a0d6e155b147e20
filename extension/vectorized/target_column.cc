#include "extension/vectorized/target_column.h"

extern "C" {
#include <executor/executor.h>
}

namespace varve::vectorized {

Datum Step::operator()(Datum value, bool is_null, bool* result_is_null) const {
  if (TTS_EMPTY(slot)) ExecStoreVirtualTuple(slot);
  slot->tts_values[attribute - 1] = value;
  slot->tts_isnull[attribute - 1] = is_null;
  context->ecxt_scantuple = slot;
  return ExecEvalExprSwitchContext(expression, context, result_is_null);
}

}  // namespace varve::vectorized
