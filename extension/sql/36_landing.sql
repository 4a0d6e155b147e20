-- A hypertable on a subscriber of logical replication.

CREATE FUNCTION varve_catalog.place_row() RETURNS trigger
AS 'MODULE_PATHNAME', 'varve_place_row'
LANGUAGE C;

COMMENT ON FUNCTION varve_catalog.place_row() IS
    'trigger that inserts a row into the parent of its table in place of the table';
REVOKE EXECUTE ON FUNCTION varve_catalog.place_row() FROM PUBLIC;

CREATE FUNCTION receive_replication(relation regclass, enable boolean = true) RETURNS void
AS 'MODULE_PATHNAME', 'varve_receive_replication'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION receive_replication(regclass, boolean) IS
    'has logical replication make chunks of a hypertable; locks it exclusively for a moment';
