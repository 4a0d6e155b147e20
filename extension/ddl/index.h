#pragma once

namespace varve::ddl {

/// Once, in _PG_init: CREATE INDEX on a hypertable, and ALTER TABLE ... ADD UNIQUE or PRIMARY KEY.
///
/// PostgreSQL makes the index on the hypertable alone; the parts on chunks are made here. It would
/// ask the user for the right to create in the schema where chunks live, which nobody has.
void install_index();

}  // namespace varve::ddl
