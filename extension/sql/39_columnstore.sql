-- Chunks whose rows are in columns: what is to become of them, and making them so.

CREATE TABLE varve_catalog.columnstore (
    hypertable_id     integer   NOT NULL CONSTRAINT columnstore_pkey PRIMARY KEY,
    segmentby         name[]    NOT NULL,
    orderby           name[]    NOT NULL,
    orderby_desc      boolean[] NOT NULL,
    orderby_nullsfirst boolean[] NOT NULL,
    full_indexes      name[]    NOT NULL DEFAULT '{}',  -- of the hypertable; those of columnar chunks have all rows
    sparse_index      text,                             -- as the option has it; null: chosen by the indexes
    compress_interval bigint    NOT NULL DEFAULT 0,     -- that chunks are rolled up to, as chunk_interval counts; 0: they are not
    CONSTRAINT columnstore_orderby_check CHECK (
        cardinality(orderby_desc) = cardinality(orderby) AND cardinality(orderby_nullsfirst) = cardinality(orderby))
);
COMMENT ON TABLE varve_catalog.columnstore IS 'hypertables whose chunks may become columns, and how rows are ordered in them';

CREATE TABLE varve_catalog.columnar_chunk (
    chunk_id          integer   NOT NULL CONSTRAINT columnar_chunk_pkey PRIMARY KEY,
    segmentby         name[]    NOT NULL,
    orderby           name[]    NOT NULL,
    orderby_desc      boolean[] NOT NULL,
    orderby_nullsfirst boolean[] NOT NULL,
    columnar_rows     bigint    NOT NULL,
    row_groups        bigint    NOT NULL,
    table_bytes       bigint    NOT NULL,  -- before, in the parts of relation_size()
    index_bytes       bigint    NOT NULL,
    toast_bytes       bigint    NOT NULL,
    sparse_index      text      NOT NULL,  -- the bloom filters that row groups get, as the option has them
    CONSTRAINT columnar_chunk_orderby_check CHECK (
        cardinality(orderby_desc) = cardinality(orderby) AND cardinality(orderby_nullsfirst) = cardinality(orderby))
);
COMMENT ON TABLE varve_catalog.columnar_chunk IS 'chunks that are in columns: how they were when they became so';

SELECT pg_catalog.pg_extension_config_dump('varve_catalog.columnstore', '');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.columnar_chunk', '');
GRANT SELECT ON varve_catalog.columnstore, varve_catalog.columnar_chunk TO PUBLIC;
GRANT INSERT ON varve_catalog.columnstore, varve_catalog.columnar_chunk TO @extowner@;

-- if_compressed is what scripts call if_not_compressed, too.
CREATE FUNCTION compress_chunk(
    uncompressed_chunk regclass,
    if_not_compressed  boolean = true,
    recompress         boolean = false,
    if_compressed      boolean = NULL)
RETURNS regclass
AS 'MODULE_PATHNAME', 'varve_compress_chunk'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION compress_chunk(regclass, boolean, boolean, boolean) IS
    'puts the rows of a chunk into columns; recompress also those that are there already';

CREATE FUNCTION decompress_chunk(uncompressed_chunk regclass, if_compressed boolean = true)
RETURNS regclass
AS 'MODULE_PATHNAME', 'varve_decompress_chunk'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION decompress_chunk(regclass, boolean) IS 'puts the rows of a chunk back into a heap';

CREATE PROCEDURE convert_to_columnstore(
    chunk              regclass,
    if_not_columnstore boolean = true,
    recompress         boolean = false)
AS 'MODULE_PATHNAME', 'varve_convert_to_columnstore'
LANGUAGE C;
COMMENT ON PROCEDURE convert_to_columnstore(regclass, boolean, boolean) IS
    'puts the rows of a chunk into columns; recompress also those that are there already';

CREATE PROCEDURE convert_to_rowstore(chunk regclass, if_columnstore boolean = true)
AS 'MODULE_PATHNAME', 'varve_convert_to_rowstore'
LANGUAGE C;
COMMENT ON PROCEDURE convert_to_rowstore(regclass, boolean) IS 'puts the rows of a chunk back into a heap';

CREATE PROCEDURE recompress_chunk(chunk regclass, if_not_compressed boolean = true)
AS 'MODULE_PATHNAME', 'varve_recompress_chunk'
LANGUAGE C;
COMMENT ON PROCEDURE recompress_chunk(regclass, boolean) IS
    'puts rows that have been written into a columnar chunk into its columns, too';

CREATE FUNCTION varve_catalog.is_columnar(method oid) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN method = (SELECT am.oid FROM pg_catalog.pg_am am WHERE am.amname = 'varve_columnar');
COMMENT ON FUNCTION varve_catalog.is_columnar(oid) IS 'whether an access method is that of columnar chunks';

CREATE FUNCTION varve_catalog.has_dead_columnar_rows(chunk regclass) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_has_dead_columnar_rows'
LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION varve_catalog.has_dead_columnar_rows(regclass) IS
    'whether a columnar chunk has row groups so many rows of which have been deleted that converting it again writes them anew';

-- Policies do this in transactions of their own, in which nothing else is locked.
CREATE FUNCTION varve_catalog.convert_alone(chunk regclass) RETURNS regclass
AS 'MODULE_PATHNAME', 'varve_convert_alone'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION varve_catalog.convert_alone(regclass) IS 'puts the rows of a chunk into columns, and does not roll it up';

CREATE FUNCTION varve_catalog.roll_up(hypertable_id integer) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_roll_up'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION varve_catalog.roll_up(integer) IS
    'merges the oldest chunks in columns that are to be one by the option tsdb.compress_chunk_time_interval; false where there are none';

CREATE FUNCTION varve_catalog.sparse_index_entries(list text) RETURNS jsonb
AS 'MODULE_PATHNAME', 'varve_sparse_index_entries'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION varve_catalog.sparse_index_entries(text) IS 'the entries of a list as the option tsdb.sparse_index has it';

CREATE FUNCTION is_full_index(index regclass) RETURNS boolean
AS 'MODULE_PATHNAME', 'varve_is_full_index'
LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION is_full_index(regclass) IS 'whether an index of a columnar chunk has entries for the rows in columns, too';
