-- Tablespaces that the chunks of a hypertable are spread over.

CREATE TABLE varve_catalog.tablespace (
    hypertable_id   integer NOT NULL CONSTRAINT tablespace_hypertable_id_fkey REFERENCES varve_catalog.hypertable (id),
    position        integer NOT NULL,
    tablespace_name name    NOT NULL,
    CONSTRAINT tablespace_pkey PRIMARY KEY (hypertable_id, position),
    CONSTRAINT tablespace_hypertable_id_tablespace_name_key UNIQUE (hypertable_id, tablespace_name)
);

COMMENT ON TABLE varve_catalog.tablespace IS 'tablespaces attached to hypertables, in the order of attachment';

SELECT pg_catalog.pg_extension_config_dump('varve_catalog.tablespace', '');
GRANT SELECT ON varve_catalog.tablespace TO PUBLIC;
GRANT INSERT ON varve_catalog.tablespace TO @extowner@;

CREATE FUNCTION varve_catalog.tablespace_restored() RETURNS trigger
AS 'MODULE_PATHNAME', 'varve_tablespace_restored'
LANGUAGE C;

COMMENT ON FUNCTION varve_catalog.tablespace_restored() IS
    'checks a row that is not the extension''s own';

CREATE TRIGGER tablespace_restored AFTER INSERT OR UPDATE ON varve_catalog.tablespace
    FOR EACH ROW EXECUTE FUNCTION varve_catalog.tablespace_restored();

CREATE FUNCTION attach_tablespace(tablespace name, hypertable regclass, if_not_attached boolean DEFAULT false)
RETURNS void
AS 'MODULE_PATHNAME', 'varve_attach_tablespace'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION attach_tablespace(name, regclass, boolean) IS
    'lets chunks to come use a tablespace; with several they take turns';

CREATE FUNCTION detach_tablespace(tablespace name, hypertable regclass DEFAULT NULL, if_attached boolean DEFAULT false)
RETURNS integer
AS 'MODULE_PATHNAME', 'varve_detach_tablespace'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION detach_tablespace(name, regclass, boolean) IS
    'takes a tablespace from a hypertable, or from all of the user''s own; returns from how many';

CREATE FUNCTION detach_tablespaces(hypertable regclass) RETURNS integer
AS 'MODULE_PATHNAME', 'varve_detach_tablespaces'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION detach_tablespaces(regclass) IS
    'takes all tablespaces from a hypertable; returns how many';

CREATE FUNCTION show_tablespaces(hypertable regclass) RETURNS SETOF name
AS 'MODULE_PATHNAME', 'varve_show_tablespaces'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION show_tablespaces(regclass) IS
    'tablespaces attached to a hypertable, in the order of attachment';
