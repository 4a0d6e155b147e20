-- Chunks of a hypertable: which there are, and dropping old ones.

CREATE FUNCTION show_chunks(
    relation       regclass,
    older_than     "any" = NULL,
    newer_than     "any" = NULL,
    created_before "any" = NULL,
    created_after  "any" = NULL)
RETURNS SETOF regclass
AS 'MODULE_PATHNAME', 'varve_show_chunks'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION show_chunks(regclass, "any", "any", "any", "any") IS
    'chunks of a hypertable that lie in a range, or were created in one';

CREATE FUNCTION drop_chunks(
    relation       regclass,
    older_than     "any" = NULL,
    newer_than     "any" = NULL,
    verbose        boolean = false,
    created_before "any" = NULL,
    created_after  "any" = NULL)
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'varve_drop_chunks'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION drop_chunks(regclass, "any", "any", boolean, "any", "any") IS
    'drops the chunks of a hypertable that lie in a range, or were created in one; returns their names';
