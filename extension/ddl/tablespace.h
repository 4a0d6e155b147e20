#pragma once

namespace varve::ddl {

/// Once, in _PG_init: a tablespace that is attached to a hypertable of this database is not
/// dropped, and keeps its place under a new name.
void install_tablespace();

}  // namespace varve::ddl
