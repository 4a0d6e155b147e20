#pragma once

namespace varve::ddl {

/// Once, in _PG_init: a tablespace that is attached to a hypertable of this database is not
/// dropped, and keeps its place when it is renamed. Other databases have catalogs of their own:
/// there the name is then unknown, and new chunks go where the hypertable itself says.
void install_tablespace();

}  // namespace varve::ddl
