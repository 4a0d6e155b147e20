#include "extension/job/step_aside.h"

#include <csignal>

#include "extension/ddl/dispatch.h"
#include "extension/job/at_commit.h"
#include "extension/job/shared_state.h"

extern "C" {
#include <access/htup_details.h>
#include <access/xact.h>
#include <catalog/pg_authid.h>
#include <catalog/pg_database.h>
#include <commands/dbcommands.h>
#include <commands/defrem.h>
#include <miscadmin.h>
#include <pgstat.h>
#include <storage/latch.h>
#include <storage/proc.h>
#include <utils/acl.h>
#include <utils/syscache.h>
}

namespace varve::job {
namespace {

// As long as PostgreSQL itself waits for others to leave.
constexpr int kPatienceMs = 5000;
constexpr int kLookMs = 10;

Oid held = InvalidOid;  // by this process

/// Asks our processes in the database to leave. True once there is none.
bool ask_to_leave(Shared& shared, Oid database, bool end_runs) {
  bool is_empty = true;
  if (const DatabaseSlot* slot = shared.find(database)) {
    if (slot->scheduler != 0 || slot->is_starting) is_empty = false;
    if (slot->latch != nullptr) SetLatch(slot->latch);
  }
  for (WorkerSlot& slot : shared.pool()) {
    if (slot.worker.state == WorkerState::kFree || slot.worker.database != database) continue;
    is_empty = false;
    const bool is_idle =
        slot.worker.state == WorkerState::kIdle || slot.worker.state == WorkerState::kFinished;
    if (is_idle) slot.worker.state = WorkerState::kLeaving;
    if (slot.latch != nullptr) SetLatch(slot.latch);
    if (end_runs && !is_idle && slot.pid != 0) kill(slot.pid, SIGTERM);
  }
  return is_empty;
}

void hold(Oid database, bool end_runs) {
  held = database;
  with_shared([&](Shared& shared) {
    if (DatabaseSlot* slot = shared.find(database)) ++slot->holds;
  });
  for (int waited = 0; waited < kPatienceMs; waited += kLookMs) {
    if (with_shared([&](Shared& shared) { return ask_to_leave(shared, database, end_runs); }))
      return;
    WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, kLookMs, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
  }
}

void release(XactEvent event, void* /*argument*/) {
  if (!OidIsValid(held) || (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT)) return;
  with_shared([](Shared& shared) {
    DatabaseSlot* slot = shared.find(held);
    if (slot != nullptr && slot->holds > 0) --slot->holds;
    shared.must_list_databases = true;
    shared.wake_launcher();
  });
  held = InvalidOid;
}

/// For a statement that this user may run: nobody else shall disturb our processes.
void step_aside(const char* name, bool end_runs) {
  const Oid database = get_database_oid(name, true);
  if (!OidIsValid(database) || database == MyDatabaseId || OidIsValid(held)) return;
  if (!pg_database_ownercheck(database, GetUserId())) return;
  hold(database, end_runs);
}

/// PostgreSQL's own is there for others since 15.20.
bool may_create_databases() {
  if (superuser()) return true;
  HeapTuple tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()));
  if (!HeapTupleIsValid(tuple)) return false;
  const bool may = reinterpret_cast<Form_pg_authid>(GETSTRUCT(tuple))->rolcreatedb;
  ReleaseSysCache(tuple);
  return may;
}

/// As CREATE DATABASE has it.
bool may_copy(Oid database) {
  if (!may_create_databases()) return false;
  HeapTuple tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(database));
  if (!HeapTupleIsValid(tuple)) return false;
  const bool is_template = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple))->datistemplate;
  ReleaseSysCache(tuple);
  return is_template || pg_database_ownercheck(database, GetUserId());
}

void on_create(ddl::Utility& utility) {
  const auto* statement = reinterpret_cast<const CreatedbStmt*>(utility.statement());
  const char* name = "template1";
  ListCell* cell;
  foreach (cell, statement->options) {
    auto* option = lfirst_node(DefElem, cell);
    if (strcmp(option->defname, "template") == 0 && option->arg != nullptr) {
      name = defGetString(option);
    }
  }
  const Oid database = get_database_oid(name, true);
  if (OidIsValid(database) && database != MyDatabaseId && !OidIsValid(held) && may_copy(database)) {
    hold(database, false);
  }
  list_databases_at_commit();
  utility.proceed();
}

void on_drop(ddl::Utility& utility) {
  step_aside(reinterpret_cast<const DropdbStmt*>(utility.statement())->dbname, true);
  list_databases_at_commit();
  utility.proceed();
}

void on_alter(ddl::Utility& utility) {
  const auto* statement = reinterpret_cast<const AlterDatabaseStmt*>(utility.statement());
  ListCell* cell;
  foreach (cell, statement->options) {
    if (strcmp(lfirst_node(DefElem, cell)->defname, "tablespace") == 0) {
      step_aside(statement->dbname, false);
    }
  }
  list_databases_at_commit();  // ALLOW_CONNECTIONS
  utility.proceed();
}

void on_rename(ddl::Utility& utility) {
  const auto* statement = reinterpret_cast<const RenameStmt*>(utility.statement());
  if (statement->renameType == OBJECT_DATABASE) step_aside(statement->subname, false);
  utility.proceed();
}

}  // namespace

void install_step_aside() {
  RegisterXactCallback(release, nullptr);
  ddl::on_statement(T_CreatedbStmt, on_create);
  ddl::on_statement(T_DropdbStmt, on_drop);
  ddl::on_statement(T_AlterDatabaseStmt, on_alter);
  ddl::on_statement(T_RenameStmt, on_rename);
}

}  // namespace varve::job
