-- Making hypertables, in both families of the surface.

-- What by_range() and by_hash() say of a dimension; range//time//7 days, hash//device//4 as text.
CREATE TYPE _timescaledb_internal.dimension_info;

CREATE FUNCTION _timescaledb_functions.dimension_info_in(cstring)
RETURNS _timescaledb_internal.dimension_info
AS 'MODULE_PATHNAME', 'varve_dimension_info_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _timescaledb_functions.dimension_info_out(_timescaledb_internal.dimension_info)
RETURNS cstring
AS 'MODULE_PATHNAME', 'varve_dimension_info_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE _timescaledb_internal.dimension_info (
    INPUT = _timescaledb_functions.dimension_info_in,
    OUTPUT = _timescaledb_functions.dimension_info_out,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = double
);

COMMENT ON TYPE _timescaledb_internal.dimension_info IS 'a dimension, as by_range and by_hash describe it';
COMMENT ON FUNCTION _timescaledb_functions.dimension_info_in(cstring) IS 'I/O';
COMMENT ON FUNCTION _timescaledb_functions.dimension_info_out(_timescaledb_internal.dimension_info) IS 'I/O';

CREATE FUNCTION by_range(
    column_name name,
    partition_interval anyelement DEFAULT NULL::bigint,
    partition_func regproc DEFAULT NULL
) RETURNS _timescaledb_internal.dimension_info
AS 'MODULE_PATHNAME', 'varve_by_range'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION by_range(name, anyelement, regproc) IS
    'a dimension whose chunks hold ranges of a column';

CREATE FUNCTION by_hash(
    column_name name,
    number_partitions integer,
    partition_func regproc DEFAULT NULL
) RETURNS _timescaledb_internal.dimension_info
AS 'MODULE_PATHNAME', 'varve_by_hash'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION by_hash(name, integer, regproc) IS
    'a dimension whose chunks hold hash values of a column';

CREATE FUNCTION create_hypertable(
    relation regclass,
    dimension _timescaledb_internal.dimension_info,
    create_default_indexes boolean DEFAULT true,
    if_not_exists boolean DEFAULT false,
    migrate_data boolean DEFAULT false
) RETURNS TABLE(hypertable_id integer, created boolean)
AS 'MODULE_PATHNAME', 'varve_create_hypertable_general'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;

COMMENT ON FUNCTION create_hypertable(regclass, _timescaledb_internal.dimension_info, boolean, boolean, boolean) IS
    'turns a table into a hypertable';

CREATE FUNCTION create_hypertable(
    relation regclass,
    time_column_name name,
    partitioning_column name DEFAULT NULL,
    number_partitions integer DEFAULT NULL,
    associated_schema_name name DEFAULT NULL,
    associated_table_prefix name DEFAULT NULL,
    chunk_time_interval anyelement DEFAULT NULL::bigint,
    create_default_indexes boolean DEFAULT true,
    if_not_exists boolean DEFAULT false,
    partitioning_func regproc DEFAULT NULL,
    migrate_data boolean DEFAULT false,
    time_partitioning_func regproc DEFAULT NULL
) RETURNS TABLE(hypertable_id integer, schema_name name, table_name name, created boolean)
AS 'MODULE_PATHNAME', 'varve_create_hypertable_classic'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;

COMMENT ON FUNCTION create_hypertable(regclass, name, name, integer, name, name, anyelement, boolean, boolean, regproc, boolean, regproc) IS
    'turns a table into a hypertable';

CREATE FUNCTION set_chunk_time_interval(
    hypertable regclass,
    chunk_time_interval anyelement,
    dimension_name name DEFAULT NULL
) RETURNS void
AS 'MODULE_PATHNAME', 'varve_set_chunk_interval'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION set_chunk_time_interval(regclass, anyelement, name) IS
    'sets the width of future chunks';

CREATE FUNCTION set_partitioning_interval(
    hypertable regclass,
    partition_interval anyelement,
    dimension_name name DEFAULT NULL
) RETURNS void
AS 'MODULE_PATHNAME', 'varve_set_chunk_interval'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION set_partitioning_interval(regclass, anyelement, name) IS
    'sets the width of future chunks';

-- The extension changes its catalog through the C API, which fires no trigger: these are for
-- pg_restore, which copies rows in.
CREATE FUNCTION varve_catalog.hypertable_restored() RETURNS trigger
AS 'MODULE_PATHNAME', 'varve_hypertable_restored'
LANGUAGE C;

COMMENT ON FUNCTION varve_catalog.hypertable_restored() IS
    'checks a row that is not the extension''s own, and tells every session';

CREATE TRIGGER hypertable_restored AFTER INSERT OR UPDATE OR DELETE ON varve_catalog.hypertable
    FOR EACH ROW EXECUTE FUNCTION varve_catalog.hypertable_restored();

CREATE FUNCTION varve_catalog.chunk_restored() RETURNS trigger
AS 'MODULE_PATHNAME', 'varve_chunk_restored'
LANGUAGE C;

COMMENT ON FUNCTION varve_catalog.chunk_restored() IS
    'checks a row that is not the extension''s own';

CREATE TRIGGER chunk_restored AFTER INSERT OR UPDATE ON varve_catalog.chunk
    FOR EACH ROW EXECUTE FUNCTION varve_catalog.chunk_restored();
