#pragma once

#include <new>
#include <type_traits>

#include "extension/pg/postgres.h"
extern "C" {
#include <nodes/execnodes.h>
#include <nodes/extensible.h>
}

// Plan nodes of ours. C API.
namespace varve::pg {

/// What a node does that runs in one process, forwards, and cannot go back to a mark.
struct SerialNode {
  const char* name;
  void (*begin)(CustomScanState* state, EState* estate, int flags);
  TupleTableSlot* (*execute)(CustomScanState* state);
  void (*end)(CustomScanState* state);
  void (*rescan)(CustomScanState* state);
  void (*explain)(CustomScanState* state, List* ancestors, ExplainState* out);
};

constexpr CustomExecMethods methods_of(const SerialNode& node) {
  return {.CustomName = node.name,
          .BeginCustomScan = node.begin,
          .ExecCustomScan = node.execute,
          .EndCustomScan = node.end,
          .ReScanCustomScan = node.rescan,
          .MarkPosCustomScan = nullptr,
          .RestrPosCustomScan = nullptr,
          .EstimateDSMCustomScan = nullptr,
          .InitializeDSMCustomScan = nullptr,
          .ReInitializeDSMCustomScan = nullptr,
          .InitializeWorkerCustomScan = nullptr,
          .ShutdownCustomScan = nullptr,
          .ExplainCustomScan = node.explain};
}

/// For CreateCustomScanState: a new State, whose first member is the CustomScanState `css`. Nobody
/// destroys it: its memory goes with its context.
template <class State, const CustomExecMethods& Methods>
Node* create_state(CustomScan*) {
  static_assert(std::is_trivially_destructible_v<State>);
  auto* state = new (palloc(sizeof(State))) State();
  NodeSetTag(state, T_CustomScanState);
  state->css.methods = &Methods;
  return reinterpret_cast<Node*>(state);
}

}  // namespace varve::pg
