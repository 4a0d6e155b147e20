#pragma once

// CREATE DATABASE ... TEMPLATE, DROP DATABASE, ALTER DATABASE ... RENAME and SET TABLESPACE need a
// database that nobody is connected to. Our processes leave it, and stay away until the statement
// has ended.
namespace varve::job {

/// Once, in _PG_init, after ddl::install_dispatch().
void install_step_aside();

}  // namespace varve::job
