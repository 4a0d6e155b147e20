-- Chunk skipping: the range of other columns than the dimensions, for each chunk in columns.

CREATE SEQUENCE varve_catalog.skipped_column_id_seq AS integer;

CREATE TABLE varve_catalog.skipped_column (
    id            integer NOT NULL CONSTRAINT skipped_column_pkey PRIMARY KEY,  -- never used twice
    hypertable_id integer NOT NULL,
    column_name   name    NOT NULL,
    CONSTRAINT skipped_column_hypertable_id_column_name_key UNIQUE (hypertable_id, column_name)
);
COMMENT ON TABLE varve_catalog.skipped_column IS 'columns by whose values chunks are skipped';

CREATE TABLE varve_catalog.chunk_range (
    hypertable_id integer  NOT NULL,
    relation      regclass NOT NULL,
    column_id     integer  NOT NULL,  -- one that is no longer in skipped_column counts for nothing
    least         bigint,             -- null: the column has no values there
    greatest      bigint,
    CONSTRAINT chunk_range_relation_column_id_key UNIQUE (relation, column_id)
);
CREATE INDEX chunk_range_hypertable_id_idx ON varve_catalog.chunk_range (hypertable_id);
COMMENT ON TABLE varve_catalog.chunk_range IS
    'ranges of the columns of a chunk when it became columns; in microseconds or days from 2000, or integers';

-- Many may write the first row into a chunk at a time, and none shall wait for another: each adds a row.
CREATE TABLE varve_catalog.chunk_late (
    hypertable_id integer  NOT NULL,
    relation      regclass NOT NULL
);
CREATE INDEX chunk_late_hypertable_id_idx ON varve_catalog.chunk_late (hypertable_id);
CREATE INDEX chunk_late_relation_idx ON varve_catalog.chunk_late (relation);
COMMENT ON TABLE varve_catalog.chunk_late IS 'chunks that have been written into since: their ranges do not hold';

-- pg_dump saves what was chosen. Ranges come back with the conversion of what it restores as rows.
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.skipped_column', '');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.skipped_column_id_seq', '');
GRANT SELECT ON varve_catalog.skipped_column, varve_catalog.chunk_range, varve_catalog.chunk_late,
    varve_catalog.skipped_column_id_seq TO PUBLIC;
GRANT INSERT ON varve_catalog.skipped_column TO @extowner@;
GRANT UPDATE ON SEQUENCE varve_catalog.skipped_column_id_seq TO @extowner@;

CREATE FUNCTION enable_chunk_skipping(
    hypertable    regclass,
    column_name   name,
    if_not_exists boolean = false)
RETURNS TABLE(column_stats_id integer, enabled boolean)
AS 'MODULE_PATHNAME', 'varve_enable_chunk_skipping'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;
COMMENT ON FUNCTION enable_chunk_skipping(regclass, name, boolean) IS
    'keeps the range of a column for each chunk that becomes columns, so that queries skip chunks';

CREATE FUNCTION disable_chunk_skipping(
    hypertable    regclass,
    column_name   name,
    if_not_exists boolean = false)
RETURNS TABLE(hypertable_id integer, column_name name, disabled boolean)
AS 'MODULE_PATHNAME', 'varve_disable_chunk_skipping'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;
COMMENT ON FUNCTION disable_chunk_skipping(regclass, name, boolean) IS
    'no longer skips chunks by a column';
