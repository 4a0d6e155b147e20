-- What could be better: the advice of docs/advice.md, checked against what is there.

-- Each check gives what it finds wrong: rule, relation, severity, finding, and the statement that repairs it.
CREATE TYPE varve_catalog.advice AS (rule text, relation regclass, severity text, finding text, repair text);
COMMENT ON TYPE varve_catalog.advice IS 'a finding of advise(); severity: warning, or info where it depends on what is wanted';

CREATE FUNCTION varve_catalog.has_policy(relation regclass, kind name) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM varve_catalog.policies_of(relation) p WHERE p.proc_name = kind);
COMMENT ON FUNCTION varve_catalog.has_policy(regclass, name) IS 'whether a table or aggregate has a policy of the kind';

-- Hypertables of users, without those that hold results of aggregates.
CREATE VIEW varve_catalog.user_hypertable AS
SELECT h.* FROM varve_catalog.hypertable h
WHERE NOT EXISTS (SELECT FROM varve_catalog.continuous_aggregate a WHERE a.id = h.id);

CREATE FUNCTION varve_catalog.advise_columns() RETURNS SETOF varve_catalog.advice
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- B01
    SELECT 'B01', h.relation, 'warning', format('%I has names that say nothing, such as "%s"', s.attname, v.name),
        'Send names that say what is measured, such as login_count.'
    FROM varve_catalog.user_hypertable h JOIN pg_class c ON c.oid = h.relation JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.inherited,
        LATERAL (SELECT m.name FROM unnest(s.most_common_vals::text::text[]) m(name)
                 WHERE length(m.name) < 3 OR m.name ~* '^(metric|test|value|foo|bar|data|tmp|unknown)[_-]?[0-9]*$' LIMIT 1) v
    WHERE s.attname IN ('metric_name', 'metric', 'name')
    UNION ALL
    -- B02
    SELECT 'B02', h.relation, 'info', 'names of metrics without a column of labels to filter by',
        format('ALTER TABLE %s ADD COLUMN labels jsonb;', h.relation)
    FROM varve_catalog.user_hypertable h
    WHERE EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = h.relation AND a.attname IN ('metric_name', 'metric') AND NOT a.attisdropped)
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = h.relation AND a.atttypid IN ('json'::regtype, 'jsonb'::regtype, 'text[]'::regtype))
    UNION ALL
    -- B04
    SELECT 'B04', h.relation, 'warning', format('%I has no time zone', h.column_name),
        format('ALTER TABLE %s ALTER COLUMN %I TYPE timestamptz USING %2$I AT TIME ZONE ''UTC'';  -- before it becomes a hypertable', h.relation, h.column_name)
    FROM varve_catalog.user_hypertable h WHERE h.column_type = 'timestamp'::regtype
    UNION ALL
    -- B07
    SELECT 'B07', h.relation, 'info', format('a row takes about %s bytes', sum(s.avg_width)),
        'Move columns that are rarely read into a table of their own.'
    FROM varve_catalog.user_hypertable h JOIN pg_class c ON c.oid = h.relation JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.inherited
    GROUP BY h.relation HAVING sum(s.avg_width) > 1000
    UNION ALL
    -- B08
    SELECT 'B08', h.relation, 'warning', format('%I is a number by its name, and text by its type', a.attname),
        format('ALTER TABLE %s ALTER COLUMN %I TYPE double precision USING %2$I::double precision;', h.relation, a.attname)
    FROM varve_catalog.user_hypertable h JOIN pg_attribute a ON a.attrelid = h.relation AND a.attnum > 0 AND NOT a.attisdropped
    WHERE a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND a.attname ~ '(^|_)(value|amount|price|total|score|usage|rate|count)$';
END;
COMMENT ON FUNCTION varve_catalog.advise_columns() IS 'advice on columns: B01, B02, B04, B07, B08';

CREATE FUNCTION varve_catalog.advise_chunks() RETURNS SETOF varve_catalog.advice
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- B03: by the chunks but the newest, which still grow. Eight of the youngest are enough.
    SELECT 'B03', h.relation, CASE WHEN s.bytes > 3 * 1073741824::bigint THEN 'warning' ELSE 'info' END,
        format('chunks of about %s; 1 to 2 GB are a good size', pg_size_pretty(s.bytes)),
        CASE WHEN varve_catalog.is_integer(h.column_type)
            THEN format('SELECT set_chunk_time_interval(%L, %s);', h.relation, greatest(1, (h.chunk_interval * 1.5 * 1073741824 / s.bytes)::bigint))
            ELSE format('SELECT set_chunk_time_interval(%L, interval %L);', h.relation,
                varve_catalog.interval_of(greatest(3600000000, (h.chunk_interval * 1.5 * 1073741824 / s.bytes / 3600000000)::bigint * 3600000000))) END
    FROM varve_catalog.user_hypertable h,
        LATERAL (SELECT avg(pg_total_relation_size(c.relation))::bigint AS bytes FROM (
            SELECT c.relation FROM varve_catalog.chunk c WHERE c.hypertable_id = h.id ORDER BY c.range_begin DESC OFFSET 1 LIMIT 8) c) s,
        LATERAL (SELECT count(*) AS chunks FROM varve_catalog.chunk c WHERE c.hypertable_id = h.id) n
    WHERE s.bytes > 3 * 1073741824::bigint OR (s.bytes BETWEEN 1 AND 64 * 1048576 AND n.chunks > 200)
    UNION ALL
    -- B05
    SELECT 'B05', h.relation, 'warning', format('no index on %I', h.column_name),
        format('CREATE INDEX CONCURRENTLY ON %s (%I DESC);', h.relation, h.column_name)
    FROM varve_catalog.user_hypertable h
    WHERE NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = h.relation AND a.attname = h.column_name
        WHERE i.indrelid = h.relation AND i.indisvalid AND a.attnum = ANY (i.indkey))
    UNION ALL
    -- B15
    SELECT 'B15', j.relation, 'info', format('%s of %s is no multiple of the chunks'' interval of %s: chunks go as a whole', o.key, o.value, varve_catalog.interval_of(h.chunk_interval)),
        format('SELECT alter_job(%s, config_merge => %L);', j.id, jsonb_build_object(o.key, (ceil(extract(epoch FROM o.value::interval) * 1000000 / h.chunk_interval) * varve_catalog.interval_of(h.chunk_interval))::text))
    FROM varve_catalog.job j JOIN varve_catalog.user_hypertable h ON h.relation = j.relation,
        LATERAL (SELECT e.key, e.value FROM jsonb_each_text(j.config) e WHERE e.key IN ('drop_after', 'older_than')) o
    WHERE j.proc_schema = '_timescaledb_functions' AND NOT varve_catalog.is_integer(h.column_type)
        AND CASE WHEN varve_catalog.is_integer(h.column_type) THEN false
                 ELSE extract(epoch FROM o.value::interval) * 1000000 < 10 * h.chunk_interval
                     AND (extract(epoch FROM o.value::interval) * 1000000)::numeric % h.chunk_interval <> 0 END;
END;
COMMENT ON FUNCTION varve_catalog.advise_chunks() IS 'advice on chunks and indexes: B03, B05, B15';

CREATE FUNCTION varve_catalog.advise_policies() RETURNS SETOF varve_catalog.advice
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- B16
    SELECT 'B16', h.relation, 'info', 'old chunks are not compressed',
        CASE WHEN NOT EXISTS (SELECT FROM varve_catalog.columnstore e WHERE e.hypertable_id = h.id)
            THEN format('ALTER TABLE %s SET (tsdb.enable_columnstore); ', h.relation) ELSE '' END
        || format('SELECT add_compression_policy(%L, interval ''7 days'');', h.relation)
    FROM varve_catalog.user_hypertable h
    WHERE NOT varve_catalog.is_integer(h.column_type) AND NOT varve_catalog.has_policy(h.relation, 'policy_compression')
        AND EXISTS (SELECT FROM varve_catalog.chunk k WHERE k.hypertable_id = h.id
            AND varve_catalog.time_of(k.range_end) < varve_catalog.job_now() - interval '7 days')
    UNION ALL
    -- B18
    SELECT 'B18', h.relation, 'warning', format('columns take %s of the bytes of rows', round(1 / s.compression_ratio, 2)),
        'Choose segmentby and orderby so that neighbours are alike, or decompress_chunk() what does not pay.'
    FROM varve_catalog.user_hypertable h, LATERAL varve_catalog.columnstore_sizes(h.id) s
    WHERE s.before_total > 10000000 AND s.compression_ratio < 2
    UNION ALL
    -- B17
    SELECT 'B17', h.relation, 'warning', 'rows are kept for ever', format('SELECT add_retention_policy(%L, interval ''2 years'');', h.relation)
    FROM varve_catalog.user_hypertable h
    WHERE NOT varve_catalog.is_integer(h.column_type) AND NOT varve_catalog.has_policy(h.relation, 'policy_retention')
    UNION ALL
    SELECT 'B17', j.relation, 'warning', format('rows are dropped after %s already', j.config ->> 'drop_after'),
        format('SELECT alter_job(%s, config_merge => ''{"drop_after": "90 days"}'');', j.id)
    FROM varve_catalog.job j JOIN varve_catalog.user_hypertable h ON h.relation = j.relation
    WHERE j.proc_schema = '_timescaledb_functions' AND j.proc_name = 'policy_retention'
        AND CASE WHEN varve_catalog.is_integer(h.column_type) THEN false ELSE (j.config ->> 'drop_after')::interval < interval '7 days' END
    UNION ALL
    -- B20
    SELECT 'B20', j.relation, 'warning', format('chunks are compressed after %s, while they are still written', j.config ->> 'compress_after'),
        format('SELECT alter_job(%s, config_merge => %L);', j.id, jsonb_build_object('compress_after', (2 * varve_catalog.interval_of(h.chunk_interval))::text))
    FROM varve_catalog.job j JOIN varve_catalog.user_hypertable h ON h.relation = j.relation
    WHERE j.proc_schema = '_timescaledb_functions' AND j.proc_name = 'policy_compression'
        AND CASE WHEN varve_catalog.is_integer(h.column_type) THEN false
                 ELSE (j.config ->> 'compress_after')::interval < varve_catalog.interval_of(h.chunk_interval) END
    UNION ALL
    -- What policies are for, they must do.
    SELECT CASE WHEN s.application_name LIKE '%continuous_aggregate%' THEN 'B21' WHEN s.application_name LIKE '%retention%' THEN 'B17' ELSE 'B16' END,
        j.relation, 'warning', format('%s does not do its work: %s', s.application_name, coalesce(e.err_message, s.reason, s.state)),
        format('SELECT * FROM timescaledb_information.job_history WHERE job_id = %s ORDER BY id DESC;  -- what happened', j.id)
    FROM varve_catalog.job j JOIN timescaledb_information.job_stats s ON s.job_id = j.id
        LEFT JOIN LATERAL (SELECT h.err_message FROM timescaledb_information.job_history h WHERE h.job_id = j.id AND NOT h.succeeded ORDER BY h.id DESC LIMIT 1) e ON true
    WHERE j.relation IS NOT NULL AND (s.state = 'gave up' OR s.last_run_status = 'Failed');
END;
COMMENT ON FUNCTION varve_catalog.advise_policies() IS 'advice on policies: B16, B17, B18, B20, and those that fail';

CREATE FUNCTION varve_catalog.advise_aggregates() RETURNS SETOF varve_catalog.advice
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- B06
    SELECT 'B06', a.relation, 'info', format('buckets of %s: almost as many results as rows', varve_catalog.interval_of(a.bucket_width)), 'Use wider buckets.'
    FROM varve_catalog.continuous_aggregate a JOIN varve_catalog.hypertable h ON h.id = a.id
    WHERE NOT varve_catalog.is_integer(h.column_type) AND a.bucket_width < 60000000
    UNION ALL
    -- B09
    SELECT 'B09', h.relation, 'info', 'no continuous aggregate, although there are many rows',
        format('CREATE MATERIALIZED VIEW %I WITH (timescaledb.continuous) AS SELECT time_bucket(''1 hour'', %I) AS hour, count(*) FROM %s GROUP BY 1;',
            c.relname || '_hourly', h.column_name, h.relation)
    FROM varve_catalog.user_hypertable h JOIN pg_class c ON c.oid = h.relation
    WHERE NOT varve_catalog.is_integer(h.column_type) AND NOT EXISTS (SELECT FROM varve_catalog.continuous_aggregate a WHERE a.source_id = h.id)
        AND (SELECT sum(greatest(r.reltuples, 0)) FROM varve_catalog.chunk k JOIN pg_class r ON r.oid = k.relation WHERE k.hypertable_id = h.id) > 1000000
    UNION ALL
    -- B21: refreshed at all, in time, not all the time, not too many.
    SELECT 'B21', a.relation, 'warning', 'nothing refreshes it',
        format('SELECT add_continuous_aggregate_policy(%L, NULL, interval %L, interval ''1 hour'');', a.relation, varve_catalog.interval_of(least(a.bucket_width, 3600000000)))
    FROM varve_catalog.continuous_aggregate a JOIN varve_catalog.hypertable h ON h.id = a.id
    WHERE NOT varve_catalog.is_integer(h.column_type) AND NOT varve_catalog.has_policy(a.relation, 'policy_refresh_continuous_aggregate')
    UNION ALL
    SELECT 'B21', a.relation, 'warning', format('computed up to %s only, which is more than its policy allows for', p.watermark),
        format('CALL run_job(%s);', p.job_id)
    FROM varve_catalog.continuous_aggregate a JOIN timescaledb_information.continuous_aggregate_policies p ON format('%I.%I', p.view_schema, p.view_name)::regclass = a.relation
        JOIN varve_catalog.hypertable h ON h.id = a.id
    WHERE CASE WHEN varve_catalog.is_integer(h.column_type) THEN false
               ELSE p.lag > coalesce(p.end_offset::interval, interval '0') + 2 * p.schedule_interval + varve_catalog.interval_of(a.bucket_width) + interval '1 hour' END
        -- Where the rows end, nothing can be computed.
        AND p.watermark < (SELECT varve_catalog.time_of(max(c.range_begin)) FROM varve_catalog.chunk c WHERE c.hypertable_id = a.source_id)
    UNION ALL
    SELECT 'B21', a.relation, 'info', format('refreshed each %s, though a bucket is %s', j.schedule_interval, varve_catalog.interval_of(a.bucket_width)),
        format('SELECT alter_job(%s, schedule_interval => %L);', j.id, varve_catalog.interval_of(a.bucket_width / 10))
    FROM varve_catalog.continuous_aggregate a JOIN varve_catalog.job j ON j.relation = a.relation AND j.proc_name = 'policy_refresh_continuous_aggregate'
        JOIN varve_catalog.hypertable h ON h.id = a.id
    WHERE NOT varve_catalog.is_integer(h.column_type) AND a.bucket_width < 30 * 86400000000
        AND extract(epoch FROM j.schedule_interval) * 1000000 < a.bucket_width / 100
    UNION ALL
    SELECT 'B21', h.relation, 'info', format('%s continuous aggregates, each of which costs whoever writes late rows', count(*)),
        'Make coarser aggregates of finer ones, instead of the hypertable.'
    FROM varve_catalog.continuous_aggregate a JOIN varve_catalog.user_hypertable h ON h.id = a.source_id
    GROUP BY h.relation HAVING count(*) > 10;
END;
COMMENT ON FUNCTION varve_catalog.advise_aggregates() IS 'advice on continuous aggregates: B06, B09, B21';

-- What statements do is known where pg_stat_statements is installed.
CREATE FUNCTION varve_catalog.advise_statements() RETURNS SETOF varve_catalog.advice
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    statements text;
BEGIN
    SELECT format('%I.pg_stat_statements', n.nspname) INTO statements
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements';
    IF NOT FOUND THEN
        RETURN QUERY SELECT r.rule, NULL::regclass, 'info', r.what || ': not known without pg_stat_statements',
            'CREATE EXTENSION pg_stat_statements;  -- and add it to shared_preload_libraries'
        FROM (VALUES ('B10', 'whether queries filter by time'), ('B11', 'whether long lists have a LIMIT'), ('B12', 'which queries to EXPLAIN ANALYZE'),
            ('B13', 'whether all columns are read'), ('B14', 'whether queries have a range of time')) r(rule, what);
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH s AS (
            SELECT h.relation, h.column_name, s.query, s.calls, s.rows, s.mean_exec_time
            FROM %s s, varve_catalog.user_hypertable h JOIN pg_class c ON c.oid = h.relation
            WHERE s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                AND s.query ~* ('\m' || c.relname || '\M') AND s.query ~* '^\s*(select|with)\M'
            ORDER BY s.total_exec_time DESC LIMIT 100)
        SELECT CASE WHEN s.query ~* '\mwhere\M' THEN 'B10' ELSE 'B14' END, s.relation, 'warning', format('called %%s times, reads all times: %%s', s.calls, left(s.query, 200)),
            format('Add a condition on %%I.', s.column_name)
        FROM s WHERE s.query !~* ('\mwhere\M.*\m' || s.column_name || '\M') AND s.mean_exec_time > 100
        UNION ALL
        SELECT 'B11', s.relation, 'info', format('gives %%s rows a call: %%s', s.rows / s.calls, left(s.query, 200)), 'Add a LIMIT.'
        FROM s WHERE s.calls > 0 AND s.rows / s.calls > 10000 AND s.query !~* '\mlimit\M'
        UNION ALL
        SELECT 'B12', s.relation, 'info', format('takes %%s ms: %%s', round(s.mean_exec_time::numeric), left(s.query, 200)), 'EXPLAIN (ANALYZE, BUFFERS) ' || left(s.query, 200)
        FROM s WHERE s.mean_exec_time > 1000
        UNION ALL
        SELECT 'B13', s.relation, 'info', format('reads all columns: %%s', left(s.query, 200)), 'Name the columns that are needed.'
        FROM s WHERE s.query ~* 'select\s+\*' $q$, statements);
END $$;
COMMENT ON FUNCTION varve_catalog.advise_statements() IS 'advice on queries: B10 to B14';

CREATE FUNCTION advise(OUT rule text, OUT title text, OUT relation regclass, OUT severity text, OUT finding text, OUT repair text) RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH found AS MATERIALIZED (
        SELECT a.* FROM varve_catalog.advise_columns() a
        UNION ALL SELECT a.* FROM varve_catalog.advise_chunks() a
        UNION ALL SELECT a.* FROM varve_catalog.advise_policies() a
        UNION ALL SELECT a.* FROM varve_catalog.advise_aggregates() a
        UNION ALL SELECT a.* FROM varve_catalog.advise_statements() a)
    SELECT r.rule, r.title, f.relation, coalesce(f.severity, r.otherwise), coalesce(f.finding, r.words), f.repair
    FROM (VALUES
        ('B01', 'meaningful names of metrics', 'ok', NULL),
        ('B02', 'labels to filter by', 'ok', NULL),
        ('B03', 'chunks of 1 to 2 GB', 'ok', NULL),
        ('B04', 'proper types', 'ok', NULL),
        ('B05', 'indexes on what is queried', 'ok', NULL),
        ('B06', 'buckets that are not too fine', 'ok', NULL),
        ('B07', 'rows that are not too wide', 'ok', NULL),
        ('B08', 'values that are numbers', 'ok', NULL),
        ('B09', 'aggregates for what is often asked', 'ok', NULL),
        ('B10', 'filter by time first', 'ok', NULL),
        ('B11', 'LIMIT', 'ok', NULL),
        ('B12', 'EXPLAIN ANALYZE', 'ok', NULL),
        ('B13', 'no SELECT *', 'ok', NULL),
        ('B14', 'no query without a range of time', 'ok', NULL),
        ('B15', 'respect borders of chunks', 'ok', NULL),
        ('B16', 'compress old data', 'ok', NULL),
        ('B17', 'retention, and not too short', 'ok', NULL),
        ('B18', 'watch the compression ratio', CASE WHEN EXISTS (SELECT FROM varve_catalog.columnar_chunk) THEN 'ok' ELSE 'info' END,
            CASE WHEN NOT EXISTS (SELECT FROM varve_catalog.columnar_chunk) THEN 'no chunk is compressed' END),
        ('B19', 'try compression on a sample', CASE WHEN EXISTS (SELECT FROM varve_catalog.columnar_chunk) THEN 'ok' ELSE 'info' END,
            CASE WHEN NOT EXISTS (SELECT FROM varve_catalog.columnar_chunk) THEN 'compress_chunk() one old chunk, and see hypertable_columnstore_stats()' END),
        ('B20', 'do not compress what is new', 'ok', NULL),
        ('B21', 'refreshed aggregates', 'ok', NULL)) r(rule, title, otherwise, words)
        LEFT JOIN found f ON f.rule = r.rule
    ORDER BY r.rule, f.severity DESC, f.relation::text, f.finding;
END;
COMMENT ON FUNCTION advise() IS 'checks good practice: a row for each finding with the statement that repairs it, and one for each rule that is kept';
GRANT SELECT ON varve_catalog.user_hypertable TO PUBLIC;
