-- What columns have saved, and how rows are ordered in them.

CREATE FUNCTION varve_catalog.order_text(names name[], descending boolean[], nulls_first boolean[]) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT string_agg(quote_ident(o.name) || CASE WHEN o.down THEN ' DESC' ELSE '' END
        || CASE WHEN o.down AND NOT o.nulls THEN ' NULLS LAST' WHEN NOT o.down AND o.nulls THEN ' NULLS FIRST' ELSE '' END, ', ' ORDER BY o.n)
    FROM unnest(names, descending, nulls_first) WITH ORDINALITY o (name, down, nulls, n);
END;
COMMENT ON FUNCTION varve_catalog.order_text(name[], boolean[], boolean[]) IS 'columns that rows are ordered by, as ORDER BY takes them';

-- Sizes of the columnar chunks of a hypertable, before and now.
CREATE FUNCTION varve_catalog.columnstore_sizes(id integer)
RETURNS TABLE (compressed_chunks bigint, before_table bigint, before_index bigint, before_toast bigint, before_total bigint,
    after_table bigint, after_index bigint, after_toast bigint, after_total bigint, compression_ratio numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT count(*), sum(cc.table_bytes)::bigint, sum(cc.index_bytes)::bigint, sum(cc.toast_bytes)::bigint,
        sum(cc.table_bytes + cc.index_bytes + cc.toast_bytes)::bigint,
        sum(s.heap_size)::bigint, sum(s.index_size)::bigint, sum(s.toast_size)::bigint, sum(s.total_size)::bigint,
        round(sum(cc.table_bytes + cc.index_bytes + cc.toast_bytes) / nullif(sum(s.total_size), 0), 2)
    FROM varve_catalog.chunk c JOIN varve_catalog.columnar_chunk cc ON cc.chunk_id = c.id,
        LATERAL _timescaledb_functions.relation_size(c.relation) s
    WHERE c.hypertable_id = $1;
END;
COMMENT ON FUNCTION varve_catalog.columnstore_sizes(integer) IS 'bytes of the columnar chunks of a hypertable before and after, by part';

CREATE FUNCTION chunk_columnstore_stats(hypertable regclass)
RETURNS TABLE (chunk_schema name, chunk_name name, compression_status text,
    before_compression_table_bytes bigint, before_compression_index_bytes bigint,
    before_compression_toast_bytes bigint, before_compression_total_bytes bigint,
    after_compression_table_bytes bigint, after_compression_index_bytes bigint,
    after_compression_toast_bytes bigint, after_compression_total_bytes bigint, node_name name)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT n.nspname, r.relname, CASE WHEN varve_catalog.is_columnar(r.relam) THEN 'Compressed' ELSE 'Uncompressed' END,
        cc.table_bytes, cc.index_bytes, cc.toast_bytes, cc.table_bytes + cc.index_bytes + cc.toast_bytes,
        s.heap_size, s.index_size, s.toast_size, s.total_size, NULL::name
    FROM varve_catalog.hypertable h
        JOIN varve_catalog.columnstore e ON e.hypertable_id = h.id
        JOIN varve_catalog.chunk c ON c.hypertable_id = h.id
        JOIN pg_catalog.pg_class r ON r.oid = c.relation
        JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
        LEFT JOIN varve_catalog.columnar_chunk cc ON cc.chunk_id = c.id AND varve_catalog.is_columnar(r.relam)
        LEFT JOIN LATERAL _timescaledb_functions.relation_size(CASE WHEN cc.chunk_id IS NOT NULL THEN c.relation END) s ON true
    WHERE h.relation = varve_catalog.table_of_chunks(hypertable)
    ORDER BY c.range_begin, c.id;
END;
COMMENT ON FUNCTION chunk_columnstore_stats(regclass) IS 'bytes of each chunk of a hypertable before it became columns and now';

CREATE FUNCTION hypertable_columnstore_stats(hypertable regclass)
RETURNS TABLE (total_chunks bigint, number_compressed_chunks bigint,
    before_compression_table_bytes bigint, before_compression_index_bytes bigint,
    before_compression_toast_bytes bigint, before_compression_total_bytes bigint,
    after_compression_table_bytes bigint, after_compression_index_bytes bigint,
    after_compression_toast_bytes bigint, after_compression_total_bytes bigint, node_name name)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT (SELECT count(*) FROM varve_catalog.chunk c WHERE c.hypertable_id = h.id), s.compressed_chunks,
        s.before_table, s.before_index, s.before_toast, s.before_total,
        s.after_table, s.after_index, s.after_toast, s.after_total, NULL::name
    FROM varve_catalog.hypertable h
        JOIN varve_catalog.columnstore e ON e.hypertable_id = h.id,
        LATERAL varve_catalog.columnstore_sizes(h.id) s
    WHERE h.relation = varve_catalog.table_of_chunks(hypertable);
END;
COMMENT ON FUNCTION hypertable_columnstore_stats(regclass) IS
    'bytes of the columnar chunks of a hypertable before and now; no row where the columnstore is not enabled';

-- The names of before.
CREATE FUNCTION chunk_compression_stats(hypertable regclass)
RETURNS TABLE (chunk_schema name, chunk_name name, compression_status text,
    before_compression_table_bytes bigint, before_compression_index_bytes bigint,
    before_compression_toast_bytes bigint, before_compression_total_bytes bigint,
    after_compression_table_bytes bigint, after_compression_index_bytes bigint,
    after_compression_toast_bytes bigint, after_compression_total_bytes bigint, node_name name)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM chunk_columnstore_stats(hypertable);
END;
COMMENT ON FUNCTION chunk_compression_stats(regclass) IS 'as chunk_columnstore_stats';

CREATE FUNCTION hypertable_compression_stats(hypertable regclass)
RETURNS TABLE (total_chunks bigint, number_compressed_chunks bigint,
    before_compression_table_bytes bigint, before_compression_index_bytes bigint,
    before_compression_toast_bytes bigint, before_compression_total_bytes bigint,
    after_compression_table_bytes bigint, after_compression_index_bytes bigint,
    after_compression_toast_bytes bigint, after_compression_total_bytes bigint, node_name name)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM hypertable_columnstore_stats(hypertable);
END;
COMMENT ON FUNCTION hypertable_compression_stats(regclass) IS 'as hypertable_columnstore_stats';

CREATE FUNCTION varve_catalog.conversions(
    OUT pid integer, OUT chunk oid, OUT phase bigint, OUT pages bigint, OUT pages_read bigint, OUT groups bigint,
    OUT groups_read bigint, OUT groups_carried bigint, OUT groups_written bigint, OUT attempt bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'varve_conversions'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION varve_catalog.conversions() IS 'conversions of chunks that are under way in this database, as numbers';
