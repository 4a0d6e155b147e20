-- Dimensions of a hypertable that exists.

CREATE FUNCTION set_integer_now_func(
    hypertable        regclass,
    integer_now_func  regproc,
    replace_if_exists boolean = false)
RETURNS void
AS 'MODULE_PATHNAME', 'varve_set_integer_now'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION set_integer_now_func(regclass, regproc, boolean) IS
    'names the function that says what time it is, for a hypertable whose dimension is an integer';

CREATE FUNCTION add_dimension(
    hypertable regclass,
    dimension _timescaledb_internal.dimension_info,
    if_not_exists boolean DEFAULT false
) RETURNS TABLE(dimension_id integer, created boolean)
AS 'MODULE_PATHNAME', 'varve_add_dimension_general'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;

COMMENT ON FUNCTION add_dimension(regclass, _timescaledb_internal.dimension_info, boolean) IS
    'divides new slices of a hypertable by hash of a column';

CREATE FUNCTION add_dimension(
    hypertable regclass,
    column_name name,
    number_partitions integer DEFAULT NULL,
    chunk_time_interval anyelement DEFAULT NULL::bigint,
    partitioning_func regproc DEFAULT NULL,
    if_not_exists boolean DEFAULT false
) RETURNS TABLE(dimension_id integer, schema_name name, table_name name, column_name name, created boolean)
AS 'MODULE_PATHNAME', 'varve_add_dimension_classic'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;

COMMENT ON FUNCTION add_dimension(regclass, name, integer, anyelement, regproc, boolean) IS
    'divides new slices of a hypertable by hash of a column';

CREATE FUNCTION set_number_partitions(
    hypertable regclass,
    number_partitions integer,
    dimension_name name DEFAULT NULL
) RETURNS void
AS 'MODULE_PATHNAME', 'varve_set_number_partitions'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION set_number_partitions(regclass, integer, name) IS
    'sets the number of chunks of future slices';
