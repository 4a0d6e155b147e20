#include "extension/ddl/dispatch.h"

extern "C" {
#include <miscadmin.h>
#include <nodes/makefuncs.h>
}

namespace varve::ddl {
namespace {

ProcessUtility_hook_type previous_hook = nullptr;

struct Entry {
  Utility::Handler handler;
  int next;  // for the same kind of statement; 0 for none
};

// Fixed tables, so that a look-up is two loads. Entry 0 is no entry.
constexpr int kKinds = 1024;
constexpr int kEntries = 64;
int first_of_kind[kKinds];
Entry entries[kEntries];
int last_entry = 0;

int first_handler(const Node* statement) {
  const int kind = nodeTag(statement);
  return kind < kKinds ? first_of_kind[kind] : 0;
}

void run_utility(PlannedStmt* plan, const char* text, bool is_read_only,
                 ProcessUtilityContext context, ParamListInfo parameters,
                 QueryEnvironment* environment, DestReceiver* destination,
                 QueryCompletion* completion) {
  Utility utility = {plan,        text,        is_read_only, context, parameters,
                     environment, destination, completion,   0};
  utility.next = first_handler(utility.statement());
  utility.proceed();
}

}  // namespace

void Utility::replace_statement(Node* statement) {
  auto* changed = makeNode(PlannedStmt);
  *changed = *plan;
  changed->utilityStmt = statement;
  plan = changed;
  is_read_only = false;
}

void Utility::require_writable() const {
  const char* command = CreateCommandName(statement());
  PreventCommandIfReadOnly(command);
  PreventCommandIfParallelMode(command);
  PreventCommandDuringRecovery(command);
}

void Utility::proceed() {
  if (next != 0) {
    const Entry& entry = entries[next];
    next = entry.next;
    entry.handler(*this);
    return;
  }
  (previous_hook != nullptr ? previous_hook : standard_ProcessUtility)(
      plan, text, is_read_only, context, parameters, environment, destination, completion);
}

void on_statement(NodeTag kind, Utility::Handler handler) {
  const int index = kind;
  if (last_entry + 1 == kEntries || index >= kKinds) elog(ERROR, "too many statement handlers");
  entries[++last_entry] = {handler, 0};
  int* link = &first_of_kind[index];
  while (*link != 0) link = &entries[*link].next;
  *link = last_entry;
}

void install_dispatch() {
  previous_hook = ProcessUtility_hook;
  ProcessUtility_hook = run_utility;
}

}  // namespace varve::ddl
