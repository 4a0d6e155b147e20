-- What the extension's objects allow whom, stated of all of them: a new function that breaks a rule, or
-- that nobody has tried here as a stranger, shows up. Then everything once under a search_path on
-- which all that PostgreSQL has is shadowed by what only raises an error.
CREATE TEMP VIEW own_function AS
SELECT p.*, p.oid::regprocedure AS signature FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
    JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
WHERE d.deptype = 'e' AND extname = 'varve';
SELECT count(*) > 90 AS plausible FROM own_function;

-- Nothing runs with another's rights.
SELECT signature FROM own_function WHERE prosecdef;
-- SQL bodies are parsed when the extension is made, so no path of a caller has a say in them. Others set
-- their own, but for those that commit or call a function of the user's: they qualify every name.
SELECT signature FROM own_function JOIN pg_language l ON l.oid = prolang
WHERE lanname NOT IN ('c', 'internal') AND NOT (lanname = 'sql' AND prosqlbody IS NOT NULL) AND proconfig IS NULL ORDER BY signature::text COLLATE "C";
-- Everybody may call everything, but for a trigger that is ours alone: each function checks what it is
-- asked for.
SELECT signature FROM own_function WHERE NOT has_function_privilege('public', oid, 'execute');
-- Nobody may make objects in our schemas, nor change our tables, but for what pg_restore needs.
SELECT nspname FROM pg_namespace WHERE nspname ~ '^(_?timescaledb|varve)' AND has_schema_privilege('public', oid, 'create');
SELECT c.oid::regclass, privilege FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e',
    unnest('{INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) privilege
WHERE c.relkind IN ('r', 'v') AND has_table_privilege('public', c.oid, privilege);
-- Every function that users call says what it is.
SELECT signature FROM own_function WHERE obj_description(oid, 'pg_proc') IS NULL
    AND pronamespace IN ('public'::regnamespace, '_timescaledb_functions'::regnamespace);

-- A stranger, who may look at the catalog but owns nothing.
CREATE ROLE regress_priv_owner;
CREATE ROLE regress_priv_stranger;
GRANT CREATE ON SCHEMA public TO regress_priv_owner;
SET SESSION AUTHORIZATION regress_priv_owner;
CREATE TABLE metric (time timestamptz NOT NULL, device int, v float8);
SELECT created FROM create_hypertable('metric', by_range('time', interval '1 day'));
INSERT INTO metric SELECT t, 1, 1 FROM generate_series(timestamptz '2024-01-01', '2024-01-04', '6 hours') t;
CREATE TABLE plain (time timestamptz NOT NULL, device int, v float8);
CREATE TABLE source (time timestamptz NOT NULL);
SELECT created FROM create_hypertable('source', 'time');
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, count(*) FROM source GROUP BY 1 WITH NO DATA;
SET SESSION AUTHORIZATION regress_priv_stranger;
SET timescaledb.enable_chunk_skipping = on;
CREATE TEMP TABLE attempt (statement text);
INSERT INTO attempt VALUES
    ($$SELECT create_hypertable('plain', by_range('time'))$$),
    ($$SELECT create_hypertable('plain', 'time')$$),
    ($$SELECT add_dimension('metric', by_hash('device', 2))$$),
    ($$SELECT add_dimension('metric', 'device', 2)$$),
    ($$SELECT set_number_partitions('metric', 2)$$),
    ($$SELECT set_chunk_time_interval('metric', interval '1 hour')$$),
    ($$SELECT set_partitioning_interval('metric', interval '1 hour')$$),
    ($$SELECT set_integer_now_func('metric', 'pg_backend_pid')$$),
    ($$SELECT receive_replication('metric')$$),
    ($$SELECT drop_chunks('metric', older_than => timestamptz '2025-01-01')$$),
    ($$SELECT attach_tablespace('pg_default', 'metric')$$),
    ($$SELECT detach_tablespace('pg_default', 'metric')$$),
    ($$SELECT detach_tablespaces('metric')$$),
    ($$SELECT reorder_chunk('_timescaledb_internal._hyper_1_1_chunk', 'metric_time_idx')$$),
    ($$SELECT move_chunk('_timescaledb_internal._hyper_1_1_chunk', 'pg_default')$$),
    ($$SELECT move_chunk('metric', 'pg_default', 'pg_default', 1, 'fail')$$),
    ($$CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_2_chunk')$$),
    ($$CALL merge_chunks(ARRAY['_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_2_chunk']::regclass[])$$),
    ($$CALL merge_chunks_concurrently(ARRAY['_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_2_chunk']::regclass[])$$),
    ($$CALL split_chunk('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$CALL detach_chunk('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$CALL attach_chunk('metric', 'plain', '{"time": ["2025-01-01", "2025-02-01"]}')$$),
    ($$SELECT _timescaledb_functions.freeze_chunk('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$SELECT _timescaledb_functions.unfreeze_chunk('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$SELECT _timescaledb_functions.drop_chunk('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$SELECT _timescaledb_functions.create_chunk('metric', '{"time": [0, 1]}')$$),
    ($$SELECT enable_chunk_skipping('metric', 'device')$$),
    ($$SELECT disable_chunk_skipping('metric', 'device')$$),
    ($$SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$SELECT compress_chunk('_timescaledb_internal._hyper_1_1_chunk', if_compressed => true)$$),
    ($$SELECT decompress_chunk('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$CALL convert_to_columnstore('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$CALL convert_to_rowstore('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$CALL recompress_chunk('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$SELECT _timescaledb_functions.recompress_chunk_segmentwise('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$SELECT _timescaledb_functions.compact_chunk('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$CALL _timescaledb_functions.rebuild_columnstore('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$SELECT _timescaledb_functions.rebuild_sparse_index('_timescaledb_internal._hyper_1_1_chunk')$$),
    ($$SELECT replace_continuous_aggregate('daily', 'SELECT 1')$$),
    ($$SELECT add_retention_policy('metric', interval '1 day')$$),
    ($$SELECT remove_retention_policy('metric')$$),
    ($$SELECT add_tiering_policy('metric', interval '1 day', 'pg_default')$$),
    ($$SELECT remove_tiering_policy('metric')$$),
    ($$SELECT add_compression_policy('metric', interval '1 day')$$),
    ($$SELECT remove_compression_policy('metric')$$),
    ($$CALL add_columnstore_policy('metric', interval '1 day')$$),
    ($$CALL remove_columnstore_policy('metric')$$),
    ($$SELECT add_compaction_policy('metric')$$),
    ($$SELECT remove_compaction_policy('metric')$$),
    ($$SELECT add_reorder_policy('metric', 'metric_time_idx')$$),
    ($$SELECT remove_reorder_policy('metric')$$),
    ($$SELECT add_continuous_aggregate_policy('daily', NULL, NULL, interval '1 hour')$$),
    ($$SELECT remove_continuous_aggregate_policy('daily')$$),
    ($$CALL refresh_continuous_aggregate('daily', NULL, NULL)$$),
    ($$INSERT INTO metric VALUES ('2030-01-01', 1, 1)$$),
    ($$COPY metric FROM PROGRAM 'true'$$),
    ($$SELECT count(*) FROM metric$$),
    ($$SELECT count(*) FROM _timescaledb_internal._hyper_1_1_chunk$$),
    ($$CREATE INDEX ON metric (v)$$),
    ($$CREATE INDEX ON metric (v) WITH (timescaledb.transaction_per_chunk)$$),
    ($$DROP INDEX metric_time_idx$$),
    ($$ALTER TABLE metric SET (tsdb.chunk_interval = '1 day')$$),
    ($$ALTER TABLE metric SET (tsdb.enable_columnstore)$$),
    ($$ALTER TABLE metric RESET (tsdb.segmentby)$$),
    ($$ALTER TABLE metric SET (fillfactor = 50)$$),
    ($$ALTER TABLE metric ADD UNIQUE (time, v)$$),
    ($$ALTER TABLE metric ALTER v SET STATISTICS 1$$),
    ($$ALTER TABLE metric ENABLE ROW LEVEL SECURITY$$),
    ($$ALTER TABLE metric REPLICA IDENTITY FULL$$),
    ($$ALTER TABLE metric OWNER TO regress_priv_stranger$$),
    ($$ALTER TABLE metric SET UNLOGGED$$),
    ($$ALTER TABLE metric RENAME v TO w$$),
    ($$CREATE POLICY p ON metric USING (true)$$),
    ($$TRUNCATE metric$$),
    ($$DROP TABLE metric$$),
    ($$DROP TABLE _timescaledb_internal._hyper_1_1_chunk$$),
    ($$CREATE TABLE _timescaledb_internal._hyper_1_9_chunk ()$$),
    ($$INSERT INTO varve_catalog.chunk SELECT * FROM varve_catalog.chunk$$),
    ($$INSERT INTO varve_catalog.columnstore VALUES (1, '{}', '{}', '{}', '{}')$$),
    ($$DELETE FROM varve_catalog.columnar_chunk$$),
    ($$INSERT INTO varve_catalog.skipped_column VALUES (1, 1, 'device')$$),
    ($$DELETE FROM varve_catalog.chunk_late$$),
    ($$DELETE FROM varve_catalog.hypertable$$);
CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate;
END $$;
SELECT pg_temp.sqlstate_of(statement), statement FROM attempt;
\set VERBOSITY sqlstate
CALL refresh_continuous_aggregate('daily', NULL, NULL);
CREATE INDEX CONCURRENTLY ON metric (v);
\set VERBOSITY default
-- All that can change something and takes a table is among them: a new function belongs there.
RESET SESSION AUTHORIZATION;
SELECT DISTINCT proname FROM own_function WHERE provolatile = 'v' AND pronamespace IN ('public'::regnamespace, '_timescaledb_functions'::regnamespace)
    AND 'regclass'::regtype IN (SELECT unnest(proargtypes) UNION SELECT CASE 'regclass[]'::regtype WHEN u THEN 'regclass'::regtype END FROM unnest(proargtypes) u)
    AND NOT EXISTS (SELECT FROM attempt WHERE statement ~ ('^(SELECT|CALL) (_timescaledb_functions\.)?' || proname || '\('));

-- A path full of traps: every operator, function and table of PostgreSQL that can be shadowed is.
CREATE SCHEMA trap;
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT format('CREATE FUNCTION trap.%I(%s) RETURNS %s LANGUAGE plpgsql AS ''BEGIN RAISE EXCEPTION ''''trapped in function %s''''; END''',
            proname, array_to_string(proargtypes::regtype[], ','), CASE WHEN proretset THEN 'SETOF ' ELSE '' END || prorettype::regtype, replace(proname, '"', ''))
        FROM pg_proc p JOIN pg_type r ON r.oid = prorettype
        WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND r.typtype <> 'p' AND proargnames IS NULL
            AND NOT EXISTS (SELECT FROM unnest(proargtypes) a JOIN pg_type t ON t.oid = a WHERE typtype = 'p') AND proname ~ '^[a-z_0-9]+$'
        UNION ALL
        SELECT format('CREATE FUNCTION trap.operator_%s(%s) RETURNS %s LANGUAGE plpgsql AS ''BEGIN RAISE EXCEPTION ''''trapped in operator %s''''; END''',
            o.oid, concat_ws(',', nullif(oprleft, 0)::regtype, oprright::regtype), oprresult::regtype, replace(oprname, '%', '%%'))
        FROM pg_operator o JOIN pg_type r ON r.oid = oprright LEFT JOIN pg_type l ON l.oid = oprleft JOIN pg_type result ON result.oid = oprresult
        WHERE r.typtype <> 'p' AND coalesce(l.typtype, 'b') <> 'p' AND result.typtype <> 'p'
        UNION ALL
        SELECT format('CREATE OPERATOR trap.%s (FUNCTION = trap.operator_%s%s, RIGHTARG = %s)', oprname, o.oid,
            ', LEFTARG = ' || nullif(oprleft, 0)::regtype, oprright::regtype)
        FROM pg_operator o JOIN pg_type r ON r.oid = oprright LEFT JOIN pg_type l ON l.oid = oprleft JOIN pg_type result ON result.oid = oprresult
        WHERE r.typtype <> 'p' AND coalesce(l.typtype, 'b') <> 'p' AND result.typtype <> 'p'
        UNION ALL
        SELECT format('CREATE VIEW trap.%I AS SELECT 1/0 AS trapped', relname) FROM pg_class
        WHERE relnamespace IN ('pg_catalog'::regnamespace, 'varve_catalog'::regnamespace) AND relkind IN ('r', 'v')
    LOOP
        EXECUTE statement;
    END LOOP;
END $$;
SET search_path = trap, public, pg_catalog;
SELECT 1 = 1;
SELECT pg_catalog.count(*) FROM pg_class;

CREATE TABLE public.trapped (time timestamptz NOT NULL, device int DEFAULT 1, v float8, note text);
SELECT created FROM public.create_hypertable('public.trapped', public.by_range('time', interval '1 day'));
CREATE TABLE public.trapped_too (n int NOT NULL, device int, v float8) WITH (tsdb.hypertable, tsdb.partition_column = 'n', tsdb.chunk_interval = 10);
INSERT INTO public.trapped (time, v) VALUES ('2024-01-01 12:00', 1), ('2024-01-02 12:00', 2), ('2024-01-03 12:00', 3), ('2024-01-09 12:00', 3);
INSERT INTO public.trapped_too SELECT n, 1, 1 FROM pg_catalog.generate_series(1, 50) n;
COPY public.trapped (time, v) FROM stdin;
2024-01-04 12:00	4
2024-01-05 12:00	5
\.
COPY public.trapped TO stdout;
SELECT public.show_chunks('public.trapped', older_than => timestamptz '2024-01-03', newer_than => '2024-01-01');
SELECT public.show_chunks('public.trapped', created_after => interval '1 hour');
SELECT c FROM public.show_chunks('public.trapped') c WHERE c OPERATOR(public.<) timestamptz '2024-01-03 00:00+00';
SELECT public.set_chunk_time_interval('public.trapped', interval '2 days');
SELECT public.attach_tablespace('pg_default', 'public.trapped');
SELECT public.show_tablespaces('public.trapped');
SELECT public.detach_tablespaces('public.trapped');
CREATE INDEX CONCURRENTLY ON public.trapped (device);
CREATE INDEX ON public.trapped (v) WITH (timescaledb.transaction_per_chunk);
ALTER TABLE public.trapped ADD UNIQUE (time, device);
ALTER TABLE public.trapped SET (fillfactor = 70), ALTER v SET (n_distinct = 3), REPLICA IDENTITY FULL, ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON public.trapped USING (device OPERATOR(pg_catalog.=) 1);
DROP INDEX CONCURRENTLY public.trapped_device_idx;
UPDATE public.trapped SET time = '2024-01-20' WHERE v OPERATOR(pg_catalog.=) 5;
SELECT public.reorder_chunk('_timescaledb_internal._hyper_2_6_chunk', 'public.trapped_time_idx');
SELECT public.move_chunk('_timescaledb_internal._hyper_2_6_chunk', 'pg_default');
SELECT public.move_chunk('public.trapped', 'pg_default', 'pg_default', 1, 'fail') OPERATOR(pg_catalog.>=) 0::bigint AS moved;
CALL public.merge_chunks('_timescaledb_internal._hyper_2_5_chunk', '_timescaledb_internal._hyper_2_6_chunk');
CALL public.split_chunk('_timescaledb_internal._hyper_2_5_chunk');
CALL public.detach_chunk('_timescaledb_internal._hyper_2_5_chunk');
CALL public.attach_chunk('public.trapped', '_timescaledb_internal._hyper_2_5_chunk', '{"time": ["2024-01-01 00:00+00", "2024-01-02 00:00+00"]}');
ALTER TABLE public.trapped SET (tsdb.enable_columnstore, tsdb.segmentby = 'device, note', tsdb.orderby = 'v DESC, time');
SELECT enabled FROM public.enable_chunk_skipping('public.trapped', 'device');
SELECT table_name, created FROM _timescaledb_functions.create_chunk('public.trapped', '{"time": ["2025-01-01 00:00+00", "2025-01-02 00:00+00"]}');
SELECT (_timescaledb_functions.show_chunk(c)).slices, _timescaledb_functions.freeze_chunk(c), _timescaledb_functions.chunk_status_text(c), _timescaledb_functions.unfreeze_chunk(c) FROM public.show_chunks('public.trapped', newer_than => timestamptz '2025-01-01 00:00+00') c;
SELECT _timescaledb_functions.drop_chunk(c) FROM public.show_chunks('public.trapped', newer_than => timestamptz '2025-01-01 00:00+00') c;
SELECT pg_catalog.count(public.compress_chunk(c)) FROM public.show_chunks('public.trapped') c;
SELECT pg_catalog.count(*) FROM public.trapped WHERE device OPERATOR(pg_catalog.=) 7;
SELECT pg_catalog.count(*) FROM _timescaledb_catalog.chunk_column_stats WHERE valid;
SELECT status, pg_catalog.count(*) FROM _timescaledb_catalog.chunk GROUP BY status ORDER BY status;
INSERT INTO public.trapped (time, v) VALUES ('2024-01-02 13:00', 2);
UPDATE public.trapped SET v = 5 WHERE v OPERATOR(pg_catalog.=) 3;
DELETE FROM public.trapped WHERE v OPERATOR(pg_catalog.=) 4;
SELECT pg_catalog.count(*) FROM public.trapped;
ALTER TABLE public.trapped SET (tsdb.full_indexes = 'trapped_time_idx');
ALTER INDEX public.trapped_time_idx RENAME TO trapped_time;
SELECT pg_catalog.count(public.compress_chunk(c, recompress => true)) FROM public.show_chunks('public.trapped') c;
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM pg_catalog.pg_index WHERE public.is_full_index(indexrelid);
SELECT pg_catalog.count(*) FROM pg_catalog.pg_class WHERE varve_catalog.has_dead_columnar_rows(oid);
ALTER INDEX public.trapped_time RENAME TO trapped_time_idx;
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM public.chunk_columnstore_stats('public.trapped');
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM public.hypertable_columnstore_stats('public.trapped');
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM public.chunk_compression_stats('public.trapped');
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM public.hypertable_compression_stats('public.trapped');
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM timescaledb_information.compression_settings;
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM timescaledb_information.chunk_columnstore_settings;
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM timescaledb_information.compression_stats;
SELECT pg_catalog.count(*) FROM timescaledb_information.conversion_progress;
SELECT pg_catalog.count(public.decompress_chunk(c)) FROM public.show_chunks('public.trapped') c;
SELECT pg_catalog.count(*) FROM public.trapped;
SELECT public.drop_chunks('public.trapped_too', older_than => 20);
SELECT (s).table_bytes OPERATOR(pg_catalog.>=) 0::bigint AS sized FROM public.hypertable_detailed_size('public.trapped') s;
SELECT public.hypertable_size('public.trapped') OPERATOR(pg_catalog.>) 0::bigint, public.hypertable_approximate_size('public.trapped') OPERATOR(pg_catalog.>) 0::bigint,
    public.hypertable_index_size('public.trapped_v_idx') OPERATOR(pg_catalog.>) 0::bigint, public.approximate_row_count('public.trapped') OPERATOR(pg_catalog.>=) 0::bigint;
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM public.chunks_detailed_size('public.trapped');
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM public.hypertable_approximate_detailed_size('public.trapped');
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM timescaledb_information.hypertables;
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM timescaledb_information.chunks;
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM timescaledb_information.dimensions;
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM _timescaledb_catalog.hypertable;
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM _timescaledb_catalog.chunk;
ALTER TABLE public.trapped DISABLE ROW LEVEL SECURITY;
CREATE MATERIALIZED VIEW public.trapped_daily WITH (timescaledb.continuous) AS
    SELECT public.time_bucket('1 day', time) AS day, pg_catalog.count(*) FROM public.trapped GROUP BY 1;
CALL public.refresh_continuous_aggregate('public.trapped_daily', NULL, NULL);
SELECT public.replace_continuous_aggregate('public.trapped_daily',
    'SELECT public.time_bucket(''1 day'', time) AS day, pg_catalog.count(*), pg_catalog.max(v) AS high FROM public.trapped GROUP BY 1');
SELECT public.add_retention_policy('public.trapped', interval '100 years') AS retention, public.add_reorder_policy('public.trapped', 'trapped_time_idx') AS reorder,
    public.add_continuous_aggregate_policy('public.trapped_daily', NULL, interval '1 day', interval '1 hour') AS refresh \gset
SELECT public.add_tiering_policy('public.trapped', interval '100 years', 'pg_default') AS tiering \gset
SELECT action FROM public.explain_policy(:tiering) UNION ALL SELECT action FROM public.explain_policy(:retention) UNION ALL SELECT action FROM public.explain_policy(:refresh);
CALL public.run_job(:retention);
CALL public.run_job(:reorder);
CALL public.run_job(:tiering);
CALL public.run_job(:refresh);
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint FROM timescaledb_information.jobs;
SELECT timescaledb_experimental.add_policies('public.trapped_daily', drop_after => interval '100 years');
SELECT timescaledb_experimental.alter_policies('public.trapped_daily', drop_after => interval '200 years');
SELECT pg_catalog.count(*) FROM timescaledb_experimental.show_policies('public.trapped_daily');
SELECT timescaledb_experimental.remove_policies('public.trapped_daily', false, 'policy_retention');
SELECT public.remove_tiering_policy('public.trapped'), public.remove_retention_policy('public.trapped'), public.remove_reorder_policy('public.trapped'), public.remove_continuous_aggregate_policy('public.trapped_daily');
SELECT public.add_compaction_policy('public.trapped') AS compaction \gset
SELECT pg_catalog.count(*) FROM public.explain_policy(:compaction);
CALL public.run_job(:compaction);
SELECT public.remove_compaction_policy('public.trapped');
SELECT id AS daily FROM varve_catalog.continuous_aggregate WHERE relation OPERATOR(pg_catalog.=) 'public.trapped_daily'::pg_catalog.regclass \gset
SELECT bucket_width FROM _timescaledb_functions.cagg_get_bucket_function_info(:daily);
SELECT _timescaledb_functions.cagg_get_grouping_columns('public.trapped_daily'), _timescaledb_functions.cagg_watermark_materialized(:daily) IS NOT NULL;
SELECT is_valid, error_message FROM _timescaledb_functions.cagg_validate_query('SELECT public.time_bucket(''1 day'', time) FROM public.trapped GROUP BY 1');
TRUNCATE public.trapped_daily;
ANALYZE public.trapped_daily;
DROP MATERIALIZED VIEW public.trapped_daily;
SELECT public.time_bucket('1 day', timestamptz '2024-01-01 12:00+00', 'Europe/Berlin'), public.time_bucket('1 month', date '2024-05-05'), public.time_bucket(5, 12);
SELECT public.first(v, time), public.last(v, time), public.histogram(v, 0, 10, 2) FROM public.trapped;
SELECT public.uuid_timestamp(public.to_uuidv7(timestamptz '2024-01-01')) IS NOT NULL;
DROP TABLE public.trapped, public.trapped_too;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA trap CASCADE;
DROP MATERIALIZED VIEW daily;
DROP TABLE metric, plain, source, attempt;
DROP FUNCTION pg_temp.sqlstate_of(text);
REVOKE CREATE ON SCHEMA public FROM regress_priv_owner;
DROP ROLE regress_priv_owner, regress_priv_stranger;
