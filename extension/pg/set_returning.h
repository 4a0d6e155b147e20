#pragma once

#include <cstddef>

#include "extension/pg/boundary.h"
extern "C" {
#include <funcapi.h>
}

namespace varve::pg {

/// An array in a memory context.
struct Datums {
  Datum* values;
  std::size_t count;
};

/// The body of a function that returns a set: `compute`, run in the first call with a memory
/// context that lasts for all of them, gives the Datums; each call returns the next.
template <class Compute>
Datum return_each(FunctionCallInfo fcinfo, Compute&& compute) {
  if (SRF_IS_FIRSTCALL()) {
    FuncCallContext* calls = call([&] { return SRF_FIRSTCALL_INIT(); });
    const MemoryContext caller = MemoryContextSwitchTo(calls->multi_call_memory_ctx);
    const Datums all = compute();
    MemoryContextSwitchTo(caller);
    calls->user_fctx = all.values;
    calls->max_calls = all.count;
  }
  FuncCallContext* calls = SRF_PERCALL_SETUP();
  if (calls->call_cntr >= calls->max_calls) SRF_RETURN_DONE(calls);
  // Not in the macro, which counts the call before it looks at the value.
  const Datum next = static_cast<Datum*>(calls->user_fctx)[calls->call_cntr];
  SRF_RETURN_NEXT(calls, next);
}

}  // namespace varve::pg
