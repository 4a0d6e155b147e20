-- timescaledb_information: how hypertables and chunks are ordered as columns, and what it saves.

CREATE VIEW timescaledb_information.compression_settings AS
SELECT n.nspname AS hypertable_schema,
    r.relname AS hypertable_name,
    o.name AS attname,
    CASE WHEN o.is_segment THEN o.position END::smallint AS segmentby_column_index,
    CASE WHEN NOT o.is_segment THEN o.position END::smallint AS orderby_column_index,
    NOT o.descending AS orderby_asc,
    o.nulls_first AS orderby_nullsfirst,
    (SELECT s.after_total FROM varve_catalog.columnstore_sizes(h.id) s) AS after_compression_size,
    (SELECT s.before_total FROM varve_catalog.columnstore_sizes(h.id) s) AS before_compression_size
FROM varve_catalog.columnstore e
    JOIN varve_catalog.hypertable h ON h.id = e.hypertable_id
    JOIN pg_class r ON r.oid = h.relation
    JOIN pg_namespace n ON n.oid = r.relnamespace,
    LATERAL (
        SELECT true, s.name, s.n, NULL::boolean, NULL::boolean FROM unnest(e.segmentby) WITH ORDINALITY s (name, n)
        UNION ALL
        SELECT false, s.name, s.n, s.descending, s.nulls_first
        FROM unnest(e.orderby, e.orderby_desc, e.orderby_nullsfirst) WITH ORDINALITY s (name, descending, nulls_first, n)
    ) o (is_segment, name, position, descending, nulls_first);
COMMENT ON VIEW timescaledb_information.compression_settings IS 'columns that rows are ordered by in columnar chunks, one a row, and sizes of the whole hypertable';

CREATE VIEW timescaledb_information.hypertable_columnstore_settings AS
SELECT h.relation AS hypertable,
    (SELECT string_agg(quote_ident(s.name), ', ' ORDER BY s.n) FROM unnest(e.segmentby) WITH ORDINALITY s (name, n)) AS segmentby,
    varve_catalog.order_text(e.orderby, e.orderby_desc, e.orderby_nullsfirst) AS orderby,
    CASE WHEN e.compress_interval = 0 THEN NULL WHEN varve_catalog.is_integer(h.column_type) THEN e.compress_interval::text
        ELSE varve_catalog.interval_of(e.compress_interval)::text END AS compress_interval_length,
    CASE WHEN e.sparse_index IS NULL THEN full_index.entries
        ELSE varve_catalog.sparse_index_entries(e.sparse_index) || coalesce(full_index.entries, '[]') END AS index
FROM varve_catalog.columnstore e JOIN varve_catalog.hypertable h ON h.id = e.hypertable_id,
    LATERAL (
        SELECT jsonb_agg(jsonb_build_object('type', 'full', 'index', f.name) ORDER BY f.n)
        FROM unnest(e.full_indexes) WITH ORDINALITY f (name, n)
    ) full_index (entries);
COMMENT ON VIEW timescaledb_information.hypertable_columnstore_settings IS 'how rows are ordered in the columnar chunks of each hypertable';

CREATE VIEW timescaledb_information.chunk_columnstore_settings AS
SELECT h.relation AS hypertable,
    c.relation AS chunk,
    (SELECT string_agg(quote_ident(s.name), ', ' ORDER BY s.n) FROM unnest(e.segmentby) WITH ORDINALITY s (name, n)) AS segmentby,
    varve_catalog.order_text(e.orderby, e.orderby_desc, e.orderby_nullsfirst) AS orderby,
    nullif(varve_catalog.sparse_index_entries(e.sparse_index), '[]') AS index
FROM varve_catalog.columnar_chunk e
    JOIN varve_catalog.chunk c ON c.id = e.chunk_id
    JOIN varve_catalog.hypertable h ON h.id = c.hypertable_id;
COMMENT ON VIEW timescaledb_information.chunk_columnstore_settings IS 'how the rows of each columnar chunk are ordered';

CREATE VIEW timescaledb_information.hypertable_compression_settings AS
SELECT * FROM timescaledb_information.hypertable_columnstore_settings;
COMMENT ON VIEW timescaledb_information.hypertable_compression_settings IS 'as hypertable_columnstore_settings';

CREATE VIEW timescaledb_information.chunk_compression_settings AS
SELECT * FROM timescaledb_information.chunk_columnstore_settings;
COMMENT ON VIEW timescaledb_information.chunk_compression_settings IS 'as chunk_columnstore_settings';

CREATE VIEW timescaledb_information.compression_stats AS
SELECT n.nspname AS hypertable_schema,
    r.relname AS hypertable_name,
    (SELECT count(*) FROM varve_catalog.chunk c WHERE c.hypertable_id = h.id) AS total_chunks,
    (SELECT count(*) FROM varve_catalog.chunk c JOIN varve_catalog.columnar_chunk cc ON cc.chunk_id = c.id
     WHERE c.hypertable_id = h.id) AS compressed_chunks,
    (SELECT s.before_total FROM varve_catalog.columnstore_sizes(h.id) s) AS before_compression_size,
    (SELECT s.after_total FROM varve_catalog.columnstore_sizes(h.id) s) AS after_compression_size,
    (SELECT s.compression_ratio FROM varve_catalog.columnstore_sizes(h.id) s) AS compression_ratio
FROM varve_catalog.hypertable h
    JOIN pg_class r ON r.oid = h.relation
    JOIN pg_namespace n ON n.oid = r.relnamespace;
COMMENT ON VIEW timescaledb_information.compression_stats IS 'what columns save, by hypertable';

CREATE VIEW timescaledb_information.conversion_progress AS
SELECT p.pid,
    n.nspname AS chunk_schema,
    r.relname AS chunk_name,
    CASE p.phase WHEN 1 THEN 'reading rows' WHEN 2 THEN 'reading row groups' WHEN 3 THEN 'writing row groups'
        WHEN 4 THEN 'waiting for writers' WHEN 5 THEN 'reading rows written meanwhile' WHEN 6 THEN 'building indexes'
        WHEN 7 THEN 'waiting for readers' WHEN 8 THEN 'exchanging files' ELSE 'initializing' END AS phase,
    p.attempt,
    p.pages AS pages_total,
    p.pages_read,
    p.groups AS row_groups_total,
    p.groups_read AS row_groups_read,
    p.groups_carried AS row_groups_unchanged,
    p.groups_written AS row_groups_written
FROM varve_catalog.conversions() p
    JOIN pg_class r ON r.oid = p.chunk
    JOIN pg_namespace n ON n.oid = r.relnamespace;
COMMENT ON VIEW timescaledb_information.conversion_progress IS 'chunks that are becoming columns or rows now, and how far they are';

GRANT SELECT ON timescaledb_information.conversion_progress,
     timescaledb_information.compression_settings, timescaledb_information.compression_stats,
    timescaledb_information.hypertable_columnstore_settings, timescaledb_information.chunk_columnstore_settings,
    timescaledb_information.hypertable_compression_settings, timescaledb_information.chunk_compression_settings TO PUBLIC;
