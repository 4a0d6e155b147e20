-- Maintenance of single chunks: their order on disk, their place, their ranges.

CREATE FUNCTION reorder_chunk(
    chunk   regclass,
    index   regclass = NULL,
    verbose boolean = false)
RETURNS void
AS 'MODULE_PATHNAME', 'varve_reorder_chunk'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION reorder_chunk(regclass, regclass, boolean) IS
    'rewrites a chunk in the order of an index, or of the one it was last ordered by';

CREATE FUNCTION move_chunk(
    chunk                        regclass,
    destination_tablespace       name,
    index_destination_tablespace name = NULL,
    reorder_index                regclass = NULL,
    verbose                      boolean = false)
RETURNS void
AS 'MODULE_PATHNAME', 'varve_move_chunk'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION move_chunk(regclass, name, name, regclass, boolean) IS
    'moves a chunk and its indexes to other tablespaces, rewriting it in the order of an index if one is named';

-- The same for runs of a job: a destination is the name of a tablespace or its directory, a hypertable
-- stands for its chunks but the newest. Gives the bytes it has moved; nothing left to do gives 0.
CREATE FUNCTION move_chunk(
    chunk             regclass,
    destination       text,
    index_destination text,
    max_bytes         bigint,
    on_failure        text)
RETURNS bigint
AS 'MODULE_PATHNAME', 'varve_move_chunks'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION move_chunk(regclass, text, text, bigint, text) IS
    'moves a chunk, or old chunks of a hypertable up to a number of bytes; on_failure: fail, skip or retry';
