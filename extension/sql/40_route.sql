-- What statements that write into a hypertable call for each new value of its primary dimension.
-- The planner puts the call there; nobody else can use it. It runs as whoever runs the statement.
CREATE FUNCTION varve_catalog.route(value anyelement, hypertable regclass) RETURNS anyelement
AS 'MODULE_PATHNAME', 'varve_route'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION varve_catalog.route(anyelement, regclass) IS
    'gives the value back once the chunk for it exists';
GRANT EXECUTE ON FUNCTION varve_catalog.route(anyelement, regclass) TO PUBLIC;
