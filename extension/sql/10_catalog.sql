-- What the extension knows about its tables. Rows change through extension/catalog/ alone.

CREATE SEQUENCE varve_catalog.hypertable_id_seq AS integer;
CREATE SEQUENCE varve_catalog.chunk_id_seq AS integer;

CREATE TABLE varve_catalog.hypertable (
    id              integer  NOT NULL CONSTRAINT hypertable_pkey PRIMARY KEY,
    relation        regclass NOT NULL CONSTRAINT hypertable_relation_key UNIQUE,
    chunk_schema    name     NOT NULL,
    chunk_prefix    name     NOT NULL,
    column_name     name     NOT NULL,  -- the primary dimension
    column_type     regtype  NOT NULL,
    chunk_interval  bigint   NOT NULL CONSTRAINT hypertable_chunk_interval_check CHECK (chunk_interval > 0),
    storage_options text[],             -- a partitioned table cannot hold them; every new chunk gets them
    integer_now     text,               -- the function that says what time it is; by name, since pg_upgrade gives functions new OIDs
    space_column     name,              -- the dimension below it, by hash, of new chunks
    space_partitions integer,
    CONSTRAINT hypertable_space_check CHECK (
        (space_column IS NULL) = (space_partitions IS NULL) AND space_partitions BETWEEN 1 AND 32767)
);

COMMENT ON COLUMN varve_catalog.hypertable.chunk_interval IS
    'microseconds, or integers for an integer column';

CREATE TABLE varve_catalog.chunk (
    id            integer     NOT NULL CONSTRAINT chunk_pkey PRIMARY KEY,
    hypertable_id integer     NOT NULL,
    relation      regclass    NOT NULL CONSTRAINT chunk_relation_key UNIQUE,
    range_begin   bigint      NOT NULL,
    range_end     bigint      NOT NULL,
    created       timestamptz NOT NULL,
    CONSTRAINT chunk_range_check CHECK (range_begin < range_end),
    CONSTRAINT chunk_hypertable_id_range_begin_key UNIQUE (hypertable_id, range_begin, id)
);

COMMENT ON TABLE varve_catalog.chunk IS
    'range: microseconds from 2000-01-01 00:00 UTC, or integers for an integer column';

-- pg_dump saves the rows along with the user's tables.
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.hypertable', '');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.chunk', '');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.hypertable_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.chunk_id_seq', '');
GRANT SELECT ON ALL TABLES IN SCHEMA varve_catalog TO PUBLIC;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA varve_catalog TO PUBLIC;

-- Whoever installed the extension may restore a dump: pg_restore creates the chunks, copies these
-- rows and sets the sequences in that user's name. Triggers (20_hypertable.sql) check each row.
GRANT CREATE ON SCHEMA _timescaledb_internal TO @extowner@;
GRANT INSERT ON varve_catalog.hypertable, varve_catalog.chunk TO @extowner@;
GRANT UPDATE ON SEQUENCE varve_catalog.hypertable_id_seq, varve_catalog.chunk_id_seq TO @extowner@;
