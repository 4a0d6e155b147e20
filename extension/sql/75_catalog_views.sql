-- _timescaledb_catalog: read-only views in the shape that scripts know. The primary dimension of a
-- hypertable has the hypertable's id, and a chunk's slice of it the chunk's; those of a second dimension
-- are 2^30 more, and their range is one remainder of the hash.

-- Slices count from 1970; what lies beyond 64 bits is open.
CREATE FUNCTION varve_catalog.unix_us(us bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN us < 9223372036854775807 - 946684800000000 THEN us + 946684800000000 ELSE 9223372036854775807 END;
COMMENT ON FUNCTION varve_catalog.unix_us(bigint) IS 'microseconds from 2000 as microseconds from 1970';

CREATE FUNCTION varve_catalog.catalog_value(value bigint, type oid) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE coalesce(nullif((SELECT t.typbasetype FROM pg_type t WHERE t.oid = type), 0), type)
    WHEN 'date'::regtype THEN varve_catalog.unix_us(least(greatest(value, -100000000), 100000000) * 86400000000)
    WHEN 'timestamp'::regtype THEN varve_catalog.unix_us(value)
    WHEN 'timestamptz'::regtype THEN varve_catalog.unix_us(value)
    ELSE value END;
COMMENT ON FUNCTION varve_catalog.catalog_value(bigint, oid) IS 'a value as it is kept in chunk_range, in microseconds from 1970 or as an integer';

CREATE VIEW _timescaledb_catalog.hypertable AS
SELECT h.id,
    n.nspname AS schema_name,
    r.relname AS table_name,
    h.chunk_schema AS associated_schema_name,
    h.chunk_prefix AS associated_table_prefix,
    CASE WHEN h.space_column IS NULL THEN 1 ELSE 2 END::smallint AS num_dimensions,
    EXISTS (SELECT FROM varve_catalog.columnstore s WHERE s.hypertable_id = h.id)::integer::smallint AS compression_state,
    NULL::integer AS compressed_hypertable_id,
    0 AS status
FROM varve_catalog.hypertable h
    JOIN pg_class r ON r.oid = h.relation
    JOIN pg_namespace n ON n.oid = r.relnamespace;
COMMENT ON VIEW _timescaledb_catalog.hypertable IS 'hypertables';

CREATE VIEW _timescaledb_catalog.dimension AS
SELECT h.id,
    h.id AS hypertable_id,
    h.column_name,
    h.column_type,
    true AS aligned,
    NULL::smallint AS num_slices,
    NULL::name AS partitioning_func_schema,
    NULL::name AS partitioning_func,
    h.chunk_interval AS interval_length,
    (SELECT nullif(e.compress_interval, 0) FROM varve_catalog.columnstore e WHERE e.hypertable_id = h.id) AS compress_interval_length,
    p.pronamespace::regnamespace::name AS integer_now_func_schema,
    p.proname AS integer_now_func
FROM varve_catalog.hypertable h
    LEFT JOIN pg_proc p ON p.proname = (parse_ident(left(h.integer_now, -2)))[2] AND p.pronargs = 0
        AND p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = (parse_ident(left(h.integer_now, -2)))[1])
UNION ALL
SELECT h.id + 1073741824, h.id, h.space_column, a.atttypid::regtype, true, h.space_partitions::smallint, NULL, NULL, NULL, NULL, NULL, NULL
FROM varve_catalog.hypertable h JOIN pg_attribute a ON a.attrelid = h.relation AND a.attname = h.space_column;
COMMENT ON VIEW _timescaledb_catalog.dimension IS 'dimensions; interval_length in microseconds or integers';

CREATE VIEW _timescaledb_catalog.dimension_slice AS
SELECT c.id,
    c.hypertable_id AS dimension_id,
    CASE WHEN varve_catalog.is_integer(h.column_type) THEN c.range_begin ELSE varve_catalog.unix_us(c.range_begin) END AS range_start,
    CASE WHEN varve_catalog.is_integer(h.column_type) THEN c.range_end ELSE varve_catalog.unix_us(c.range_end) END AS range_end
FROM varve_catalog.chunk c JOIN varve_catalog.hypertable h ON h.id = c.hypertable_id
UNION ALL
SELECT c.id + 1073741824, c.hypertable_id + 1073741824, share.remainder, share.remainder + 1
FROM varve_catalog.chunk c JOIN pg_class r ON r.oid = c.relation,
    LATERAL (SELECT substring(pg_get_expr(r.relpartbound, r.oid) FROM 'remainder (\d+)')::bigint AS remainder) share
WHERE share.remainder IS NOT NULL;
COMMENT ON VIEW _timescaledb_catalog.dimension_slice IS 'ranges of chunks, in microseconds from 1970 or integers';

CREATE VIEW _timescaledb_catalog.chunk AS
SELECT c.id,
    c.hypertable_id,
    n.nspname AS schema_name,
    r.relname AS table_name,
    NULL::integer AS compressed_chunk_id,
    false AS dropped,
    varve_catalog.status_of(r.oid) AS status,
    false AS osm_chunk,
    c.created AS creation_time
FROM varve_catalog.chunk c
    JOIN pg_class r ON r.oid = c.relation
    JOIN pg_namespace n ON n.oid = r.relnamespace;
COMMENT ON VIEW _timescaledb_catalog.chunk IS 'chunks';

CREATE VIEW _timescaledb_catalog.chunk_constraint AS
SELECT c.id AS chunk_id,
    c.id AS dimension_slice_id,
    ('constraint_' || c.id)::name AS constraint_name,
    NULL::name AS hypertable_constraint_name
FROM varve_catalog.chunk c
UNION ALL
SELECT c.id, c.id + 1073741824, ('constraint_' || c.id + 1073741824)::name, NULL
FROM varve_catalog.chunk c JOIN pg_class r ON r.oid = c.relation
WHERE pg_get_expr(r.relpartbound, r.oid) ~ 'remainder';
COMMENT ON VIEW _timescaledb_catalog.chunk_constraint IS 'which slice each chunk holds';

-- A row for each hypertable whose chunks may become columns, and one for each chunk that has.
CREATE VIEW _timescaledb_catalog.compression_settings AS
SELECT h.relation AS relid,
    NULL::regclass AS compress_relid,
    e.segmentby::text[] AS segmentby,
    e.orderby::text[] AS orderby,
    e.orderby_desc,
    e.orderby_nullsfirst,
    varve_catalog.sparse_index_entries(e.sparse_index) AS index
FROM varve_catalog.columnstore e JOIN varve_catalog.hypertable h ON h.id = e.hypertable_id
UNION ALL
SELECT c.relation, NULL, e.segmentby, e.orderby, e.orderby_desc, e.orderby_nullsfirst,
    nullif(varve_catalog.sparse_index_entries(e.sparse_index), '[]')
FROM varve_catalog.columnar_chunk e JOIN varve_catalog.chunk c ON c.id = e.chunk_id;
COMMENT ON VIEW _timescaledb_catalog.compression_settings IS
    'how rows are ordered in columns, of hypertables and of chunks, which have no second relation for them';

-- A row for each column by which chunks are skipped, with no chunk, and one for each of its ranges.
CREATE VIEW _timescaledb_catalog.chunk_column_stats AS
SELECT s.id, s.hypertable_id, NULL::integer AS chunk_id, s.column_name, NULL::bigint AS range_start, NULL::bigint AS range_end, true AS valid
FROM varve_catalog.skipped_column s
UNION ALL
SELECT s.id, s.hypertable_id, c.id, s.column_name, range.least, CASE WHEN range.greatest < 9223372036854775807 THEN range.greatest + 1 ELSE range.greatest END,
    NOT EXISTS (SELECT FROM varve_catalog.chunk_late l WHERE l.relation = r.relation)
FROM varve_catalog.skipped_column s
    JOIN varve_catalog.chunk_range r ON r.column_id = s.id
    JOIN varve_catalog.chunk c ON c.relation = r.relation
    JOIN varve_catalog.hypertable h ON h.id = s.hypertable_id
    JOIN pg_attribute a ON a.attrelid = h.relation AND a.attname = s.column_name,
    LATERAL (SELECT varve_catalog.catalog_value(r.least, a.atttypid) AS least, varve_catalog.catalog_value(r.greatest, a.atttypid) AS greatest) range;
COMMENT ON VIEW _timescaledb_catalog.chunk_column_stats IS 'columns by which chunks are skipped, and their ranges in chunks: from range_start up to range_end';

GRANT SELECT ON ALL TABLES IN SCHEMA _timescaledb_catalog TO PUBLIC;
