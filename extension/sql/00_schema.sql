-- The schemas of Varve. varve_catalog is ours; the others are the surface that scripts know.
\echo Use "CREATE EXTENSION varve" to load this file. \quit

-- Loads the library first, so that a server without the preload setting stops here with its hint.
CREATE FUNCTION varve_version() RETURNS text
AS 'MODULE_PATHNAME', 'varve_version'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION varve_version() IS 'version of the loaded library';

CREATE SCHEMA varve_catalog;
CREATE SCHEMA _timescaledb_internal;
CREATE SCHEMA _timescaledb_catalog;
CREATE SCHEMA _timescaledb_functions;
CREATE SCHEMA timescaledb_information;
CREATE SCHEMA timescaledb_experimental;
GRANT USAGE ON SCHEMA varve_catalog, _timescaledb_internal, _timescaledb_catalog, _timescaledb_functions,
    timescaledb_information, timescaledb_experimental TO PUBLIC;
