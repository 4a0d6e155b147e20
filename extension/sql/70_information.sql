-- timescaledb_information: what there is, for people and tools. The columns that existing scripts know
-- come first, in their order; ours follow. What a query does not select is not computed, sizes above all.

-- The catalog counts microseconds from 2000-01-01 UTC, and cuts the outermost chunks at the ends of
-- PostgreSQL's calendar.
CREATE FUNCTION varve_catalog.time_of(us bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN us < 9223371331200000000
    THEN (timestamp '2000-01-01' + pg_catalog.make_interval(days => (us / 86400000000)::int, secs => (us % 86400000000)::float8 / 1e6)) AT TIME ZONE 'UTC'
    ELSE 'infinity' END;
COMMENT ON FUNCTION varve_catalog.time_of(bigint) IS 'an end of a chunk as a time; infinity at the end of the calendar';

CREATE FUNCTION varve_catalog.interval_of(us bigint) RETURNS interval
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.make_interval(days => (us / 86400000000)::int, secs => (us % 86400000000)::float8 / 1e6);
COMMENT ON FUNCTION varve_catalog.interval_of(bigint) IS 'microseconds as days and time';

CREATE FUNCTION varve_catalog.is_integer(type regtype) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN type IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype);
COMMENT ON FUNCTION varve_catalog.is_integer(regtype) IS 'whether a dimension of the type counts in integers, not in time';

CREATE VIEW timescaledb_information.hypertables AS
SELECT n.nspname AS hypertable_schema,
    r.relname AS hypertable_name,
    pg_get_userbyid(r.relowner) AS owner,
    CASE WHEN h.space_column IS NULL THEN 1 ELSE 2 END::smallint AS num_dimensions,
    chunk.count AS num_chunks,
    EXISTS (SELECT FROM varve_catalog.columnstore s WHERE s.hypertable_id = h.id) AS compression_enabled,
    (SELECT array_agg(tablespace_name ORDER BY position) FROM varve_catalog.tablespace WHERE hypertable_id = h.id) AS tablespaces,
    h.column_name AS primary_dimension,
    h.column_type AS primary_dimension_type,
    chunk.count AS chunk_count,
    chunk.count AS total_chunks,
    (SELECT s.compression_ratio FROM varve_catalog.columnstore_sizes(h.id) s) AS compression_ratio,
    (SELECT s.table_bytes + s.toast_bytes FROM hypertable_detailed_size(h.relation) s) AS total_data_size,
    (SELECT s.index_bytes FROM hypertable_detailed_size(h.relation) s) AS total_index_size
FROM varve_catalog.hypertable h
    JOIN pg_class r ON r.oid = h.relation
    JOIN pg_namespace n ON n.oid = r.relnamespace,
    LATERAL (SELECT count(*) FROM varve_catalog.chunk c WHERE c.hypertable_id = h.id) chunk;
COMMENT ON VIEW timescaledb_information.hypertables IS 'hypertables, their chunks and sizes';

CREATE VIEW timescaledb_information.dimensions AS
SELECT n.nspname AS hypertable_schema,
    r.relname AS hypertable_name,
    1::bigint AS dimension_number,
    h.column_name,
    h.column_type,
    'Time'::text AS dimension_type,
    CASE WHEN NOT varve_catalog.is_integer(h.column_type) THEN varve_catalog.interval_of(h.chunk_interval) END AS time_interval,
    CASE WHEN varve_catalog.is_integer(h.column_type) THEN h.chunk_interval END AS integer_interval,
    p.proname AS integer_now_func,
    NULL::smallint AS num_partitions
FROM varve_catalog.hypertable h
    JOIN pg_class r ON r.oid = h.relation
    JOIN pg_namespace n ON n.oid = r.relnamespace
    LEFT JOIN pg_proc p ON p.proname = (parse_ident(left(h.integer_now, -2)))[2] AND p.pronargs = 0
        AND p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = (parse_ident(left(h.integer_now, -2)))[1])
UNION ALL
SELECT n.nspname, r.relname, 2, h.space_column, a.atttypid::regtype, 'Space', NULL, NULL, NULL, h.space_partitions::smallint
FROM varve_catalog.hypertable h
    JOIN pg_class r ON r.oid = h.relation
    JOIN pg_namespace n ON n.oid = r.relnamespace
    JOIN pg_attribute a ON a.attrelid = h.relation AND a.attname = h.space_column;
COMMENT ON VIEW timescaledb_information.dimensions IS 'what each hypertable is partitioned by';

CREATE VIEW timescaledb_information.chunks AS
SELECT n.nspname AS hypertable_schema,
    r.relname AS hypertable_name,
    cn.nspname AS chunk_schema,
    cr.relname AS chunk_name,
    h.column_name AS primary_dimension,
    h.column_type AS primary_dimension_type,
    CASE WHEN NOT varve_catalog.is_integer(h.column_type) THEN varve_catalog.time_of(c.range_begin) END AS range_start,
    CASE WHEN NOT varve_catalog.is_integer(h.column_type) THEN varve_catalog.time_of(c.range_end) END AS range_end,
    CASE WHEN varve_catalog.is_integer(h.column_type) THEN c.range_begin END AS range_start_integer,
    CASE WHEN varve_catalog.is_integer(h.column_type) THEN c.range_end END AS range_end_integer,
    varve_catalog.is_columnar(cr.relam) AS is_compressed,
    (SELECT spcname FROM pg_tablespace t WHERE t.oid = cr.reltablespace) AS chunk_tablespace,
    c.created AS chunk_creation_time,
    varve_catalog.total_size(c.relation) AS chunk_size
FROM varve_catalog.hypertable h
    JOIN pg_class r ON r.oid = h.relation
    JOIN pg_namespace n ON n.oid = r.relnamespace
    JOIN varve_catalog.chunk c ON c.hypertable_id = h.id
    JOIN pg_class cr ON cr.oid = c.relation
    JOIN pg_namespace cn ON cn.oid = cr.relnamespace;
COMMENT ON VIEW timescaledb_information.chunks IS 'chunks, the ranges they hold and their sizes';

GRANT SELECT ON ALL TABLES IN SCHEMA timescaledb_information TO PUBLIC;
