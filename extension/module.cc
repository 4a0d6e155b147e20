// The loadable module: what is installed, in order.
#include "extension/catalog/drop_hook.h"
#include "extension/chunk/bounds_version.h"
#include "extension/chunk/creation_lock.h"
#include "extension/chunk/partition_descriptor.h"
#include "extension/chunk/row_security.h"
#include "extension/chunk/serializable.h"
#include "extension/columnar/index_plan.h"
#include "extension/columnar/reader_pool.h"
#include "extension/columnstore/install.h"
#include "extension/continuous_aggregate/install.h"
#include "extension/ddl/alter_chunks.h"
#include "extension/ddl/concurrent_index.h"
#include "extension/ddl/dispatch.h"
#include "extension/ddl/hypertable_options.h"
#include "extension/ddl/index.h"
#include "extension/ddl/publication.h"
#include "extension/ddl/refused.h"
#include "extension/ddl/space_dimension.h"
#include "extension/ddl/storage_options.h"
#include "extension/ddl/tablespace.h"
#include "extension/dml/copy.h"
#include "extension/dml/open_queries.h"
#include "extension/hypertable/default_interval.h"
#include "extension/job/install.h"
#include "extension/planner/bucket_groups.h"
#include "extension/planner/certain_conditions.h"
#include "extension/planner/child_equivalences.h"
#include "extension/planner/chunk_skipping.h"
#include "extension/planner/clock_bounds.h"
#include "extension/planner/hooks.h"
#include "extension/planner/implied_bounds.h"
#include "extension/planner/skip_path.h"
#include "extension/planner/stepwise_query.h"
#include "extension/skipping/install.h"
#include "extension/vectorized/install.h"

#include "extension/pg/boundary.h"
extern "C" {
#include <miscadmin.h>
}

extern "C" {
PG_MODULE_MAGIC;
PGDLLEXPORT void
_PG_init();  // NOLINT(bugprone-reserved-identifier): the name that PostgreSQL calls
}

void _PG_init() {
  if (!process_shared_preload_libraries_in_progress) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("varve must be loaded when the server starts"),
                    errhint("Add varve to shared_preload_libraries in postgresql.conf and restart "
                            "the server.")));
  }
  varve::catalog::install_drop_hook();
  varve::hypertable::define_default_interval();
  varve::columnstore::install();
  varve::chunk::install_partition_descriptor();
  varve::chunk::install_bounds_version();
  varve::chunk::install_serializable();
  varve::chunk::define_creation_lock();
  varve::chunk::install_row_security();
  varve::planner::install_clock_bounds();
  varve::planner::install_implied_bounds();
  varve::planner::install_certain_conditions();
  varve::planner::install_stepwise_scan();
  varve::planner::install_skip_scan();
  varve::columnar::install_index_plan();
  varve::columnar::install_reader_pool();
  varve::skipping::install();
  varve::planner::install_chunk_skipping();
  varve::vectorized::install();
  varve::planner::install_child_equivalences();
  varve::planner::install_bucket_groups();
  varve::planner::install_hooks();
  varve::ddl::install_dispatch();
  varve::continuous_aggregate::install();
  varve::dml::open_queries::install();
  varve::dml::install_copy();
  varve::ddl::install_refused();
  varve::ddl::install_space_dimension();
  varve::ddl::install_hypertable_options();  // before those that would not know the prefix
  varve::ddl::install_storage_options();
  varve::ddl::install_index();
  varve::ddl::install_alter_chunks();
  varve::ddl::install_publication();
  varve::ddl::install_tablespace();
  varve::ddl::install_concurrent_index();
  varve::job::install_jobs();
}
