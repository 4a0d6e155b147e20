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
