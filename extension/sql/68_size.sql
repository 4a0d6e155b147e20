-- Sizes of hypertables and continuous aggregates, their chunks and indexes, in bytes, and estimates of rows. They read the
-- catalog and the file system as the caller; costs grow with the number of chunks of the table asked for.

-- Whose chunks are meant: of a continuous aggregate those of its results.
CREATE FUNCTION varve_catalog.table_of_chunks(relation regclass) RETURNS regclass
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce((SELECT a.materialization FROM varve_catalog.continuous_aggregate a WHERE a.relation = $1), $1);
END;
COMMENT ON FUNCTION varve_catalog.table_of_chunks(regclass) IS 'the hypertable that holds the results of an aggregate, or what was given';

-- PostgreSQL's own is volatile, which would have it computed whether or not it is selected.
CREATE FUNCTION varve_catalog.total_size(relation regclass) RETURNS bigint
AS 'pg_total_relation_size' LANGUAGE internal STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION varve_catalog.total_size(regclass) IS 'bytes of one table with its parts, computed where it is asked for';

-- One relation. Every fork counts; the TOAST relation counts with its index.
CREATE FUNCTION _timescaledb_functions.relation_size(relation regclass)
RETURNS TABLE (total_size bigint, heap_size bigint, index_size bigint, toast_size bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT t.bytes + i.bytes, t.bytes - x.bytes, i.bytes, x.bytes
    FROM pg_catalog.pg_class c,
        LATERAL (SELECT pg_catalog.pg_table_size(c.oid) AS bytes) t,
        LATERAL (SELECT pg_catalog.pg_indexes_size(c.oid) AS bytes) i,
        LATERAL (SELECT CASE c.reltoastrelid WHEN 0 THEN 0 ELSE pg_catalog.pg_total_relation_size(c.reltoastrelid) END AS bytes) x
    WHERE c.oid = relation;
END;
COMMENT ON FUNCTION _timescaledb_functions.relation_size(regclass) IS 'bytes of one table and its parts';

-- The same from what VACUUM and ANALYZE last saw, without a look at files; what neither has seen yet is
-- measured.
CREATE FUNCTION _timescaledb_functions.relation_approximate_size(relation regclass)
RETURNS TABLE (total_size bigint, heap_size bigint, index_size bigint, toast_size bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.total_size, s.heap_size, s.index_size, s.toast_size
    FROM pg_catalog.pg_class c, LATERAL _timescaledb_functions.relation_size(c.oid) s
    WHERE c.oid = relation AND c.reltuples < 0
    UNION ALL
    SELECT h.bytes + i.bytes + x.bytes, h.bytes, i.bytes, x.bytes
    FROM pg_catalog.pg_class c,
        LATERAL (SELECT pg_catalog.current_setting('block_size')::bigint AS size) page,
        LATERAL (SELECT c.relpages * page.size AS bytes) h,
        LATERAL (SELECT coalesce(sum(ic.relpages), 0)::bigint * page.size AS bytes
                 FROM pg_catalog.pg_index JOIN pg_catalog.pg_class ic ON ic.oid = indexrelid WHERE indrelid = c.oid) i,
        LATERAL (SELECT coalesce(sum(CASE WHEN tc.reltuples < 0 THEN pg_catalog.pg_total_relation_size(tc.oid)
                                          ELSE tc.relpages * page.size + pg_catalog.pg_indexes_size(tc.oid) END), 0)::bigint AS bytes
                 FROM pg_catalog.pg_class tc WHERE tc.oid = c.reltoastrelid) x
    WHERE c.oid = relation AND c.reltuples >= 0;
END;
COMMENT ON FUNCTION _timescaledb_functions.relation_approximate_size(regclass) IS
    'bytes of one table and its parts, as of its last VACUUM or ANALYZE';

CREATE FUNCTION hypertable_detailed_size(hypertable regclass)
RETURNS TABLE (table_bytes bigint, index_bytes bigint, toast_bytes bigint, total_bytes bigint, node_name name)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(sum(s.heap_size), 0)::bigint, coalesce(sum(s.index_size), 0)::bigint,
        coalesce(sum(s.toast_size), 0)::bigint, coalesce(sum(s.total_size), 0)::bigint, NULL::name
    FROM varve_catalog.hypertable h
        LEFT JOIN varve_catalog.chunk c ON c.hypertable_id = h.id
        LEFT JOIN LATERAL _timescaledb_functions.relation_size(c.relation) s ON true
    WHERE h.relation = varve_catalog.table_of_chunks(hypertable)
    GROUP BY h.id;
END;
COMMENT ON FUNCTION hypertable_detailed_size(regclass) IS 'bytes of a hypertable, by part; no row for other relations';

CREATE FUNCTION hypertable_size(hypertable regclass) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(sum(varve_catalog.total_size(c.relation)), 0)::bigint
    FROM varve_catalog.hypertable h LEFT JOIN varve_catalog.chunk c ON c.hypertable_id = h.id
    WHERE h.relation = varve_catalog.table_of_chunks(hypertable)
    GROUP BY h.id;
END;
COMMENT ON FUNCTION hypertable_size(regclass) IS
    'bytes of a hypertable with indexes and TOAST; NULL for other relations';

CREATE FUNCTION hypertable_approximate_detailed_size(relation regclass)
RETURNS TABLE (table_bytes bigint, index_bytes bigint, toast_bytes bigint, total_bytes bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(sum(s.heap_size), 0)::bigint, coalesce(sum(s.index_size), 0)::bigint,
        coalesce(sum(s.toast_size), 0)::bigint, coalesce(sum(s.total_size), 0)::bigint
    FROM varve_catalog.hypertable h
        LEFT JOIN varve_catalog.chunk c ON c.hypertable_id = h.id
        LEFT JOIN LATERAL _timescaledb_functions.relation_approximate_size(c.relation) s ON true
    WHERE h.relation = varve_catalog.table_of_chunks($1)
    GROUP BY h.id;
END;
COMMENT ON FUNCTION hypertable_approximate_detailed_size(regclass) IS
    'bytes of a hypertable, by part, as of the last VACUUM or ANALYZE of its chunks';

CREATE FUNCTION hypertable_approximate_size(hypertable regclass) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT total_bytes FROM hypertable_approximate_detailed_size(hypertable);
END;
COMMENT ON FUNCTION hypertable_approximate_size(regclass) IS
    'bytes of a hypertable as of the last VACUUM or ANALYZE of its chunks; NULL for other relations';

CREATE FUNCTION chunks_detailed_size(hypertable regclass)
RETURNS TABLE (chunk_schema name, chunk_name name, table_bytes bigint, index_bytes bigint, toast_bytes bigint,
    total_bytes bigint, node_name name)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT n.nspname, r.relname, s.heap_size, s.index_size, s.toast_size, s.total_size, NULL::name
    FROM varve_catalog.hypertable h
        JOIN varve_catalog.chunk c ON c.hypertable_id = h.id
        JOIN pg_catalog.pg_class r ON r.oid = c.relation
        JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace,
        LATERAL _timescaledb_functions.relation_size(c.relation) s
    WHERE h.relation = varve_catalog.table_of_chunks(hypertable)
    ORDER BY c.range_begin;
END;
COMMENT ON FUNCTION chunks_detailed_size(regclass) IS 'bytes of each chunk of a hypertable, by part, in order of time';

-- An index and those attached below it; on a hypertable, one for each chunk.
CREATE FUNCTION hypertable_index_size(index_name regclass) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE part (index) AS (
        SELECT i.indexrelid FROM pg_catalog.pg_index i JOIN varve_catalog.hypertable h ON h.relation = i.indrelid
        WHERE i.indexrelid = index_name
        UNION ALL
        SELECT inhrelid FROM pg_catalog.pg_inherits JOIN part ON inhparent = part.index)
    SELECT sum(pg_catalog.pg_total_relation_size(part.index))::bigint FROM part;
END;
COMMENT ON FUNCTION hypertable_index_size(regclass) IS
    'bytes of an index over all chunks of a hypertable; NULL for other relations';

-- As the planner estimates: the density that ANALYZE saw, times the pages there are now. For parts
-- that were never analyzed, or were empty then, the count that the statistics system keeps. For columnar
-- chunks what ANALYZE saw, or what has become columns if that is more.
CREATE FUNCTION approximate_row_count(relation regclass) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE part (oid) AS (
        SELECT $1::oid
        UNION ALL
        SELECT inhrelid FROM pg_catalog.pg_inherits JOIN part ON inhparent = part.oid),
    leaf AS (
        SELECT c.oid, c.reltuples::float8 AS rows, c.relpages AS pages,
            (SELECT cc.columnar_rows FROM varve_catalog.chunk k JOIN varve_catalog.columnar_chunk cc ON cc.chunk_id = k.id
             WHERE k.relation = c.oid) AS columnar_rows,
            pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint AS pages_now
        FROM part JOIN pg_catalog.pg_class c USING (oid) WHERE c.relkind IN ('r', 'm'))
    SELECT coalesce(sum(CASE WHEN leaf.columnar_rows IS NOT NULL THEN greatest(leaf.rows, leaf.columnar_rows)
                             WHEN leaf.pages > 0 THEN leaf.rows / leaf.pages * leaf.pages_now
                             ELSE pg_catalog.pg_stat_get_live_tuples(leaf.oid) END), 0)::bigint
    FROM leaf;
END;
COMMENT ON FUNCTION approximate_row_count(regclass) IS
    'estimated rows of a table, partitioned table or hypertable';
