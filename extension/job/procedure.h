#pragma once

#include "extension/job/job.h"

// Calling what a job runs. C API.
namespace varve::job {

/// CALL schema.name(id, config), or SELECT where it is a function. Reports undefined_function where
/// nothing of that name takes the arguments.
const char* call_statement(const Job& job);

/// Runs the statement by itself, as a client would send it: the procedure may commit. Within a
/// transaction, without a snapshot; perhaps another transaction is open when it returns.
void execute_statement(const char* statement);

/// Whether `proc` is a function or procedure that can be called with (integer, jsonb), or, as a
/// check of a configuration, with (jsonb).
bool takes_job(Oid proc);
bool takes_config(Oid proc);

/// Calls the check of a configuration, which reports what is wrong with it.
void check_config(Oid check, Datum config, bool is_null);

}  // namespace varve::job
