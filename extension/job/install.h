#pragma once

namespace varve::job {

/// All of jobs, once, in _PG_init, after ddl::install_dispatch().
void install_jobs();

}  // namespace varve::job
