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

CREATE PROCEDURE merge_chunks(chunk1 regclass, chunk2 regclass, concurrently boolean = false)
AS 'MODULE_PATHNAME', 'varve_merge_two_chunks'
LANGUAGE C;

COMMENT ON PROCEDURE merge_chunks(regclass, regclass, boolean) IS
    'makes one chunk of two that follow each other: the earlier one';

CREATE PROCEDURE merge_chunks(chunks regclass[])
AS 'MODULE_PATHNAME', 'varve_merge_chunks'
LANGUAGE C;

COMMENT ON PROCEDURE merge_chunks(regclass[]) IS
    'makes one chunk of several that follow each other: the earliest one';

CREATE PROCEDURE merge_chunks_concurrently(chunks regclass[])
AS 'MODULE_PATHNAME', 'varve_merge_chunks'
LANGUAGE C;

COMMENT ON PROCEDURE merge_chunks_concurrently(regclass[]) IS
    'the same as merge_chunks, which lets readers go on in any case';

CREATE PROCEDURE split_chunk(chunk regclass, split_at "any" = NULL)
AS 'MODULE_PATHNAME', 'varve_split_chunk'
LANGUAGE C;

COMMENT ON PROCEDURE split_chunk(regclass, "any") IS
    'cuts a chunk in two, in the middle unless a point is given; the chunk keeps what lies before';

CREATE PROCEDURE detach_chunk(chunk regclass)
AS 'MODULE_PATHNAME', 'varve_detach_chunk'
LANGUAGE C;

COMMENT ON PROCEDURE detach_chunk(regclass) IS 'makes a chunk a table of its own, with its rows';

CREATE PROCEDURE attach_chunk(hypertable regclass, chunk regclass, slices jsonb)
AS 'MODULE_PATHNAME', 'varve_attach_chunk'
LANGUAGE C;

COMMENT ON PROCEDURE attach_chunk(regclass, regclass, jsonb) IS
    'makes a table a chunk, with its rows; slices: {"time": [begin, end]}';
