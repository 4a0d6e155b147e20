-- A refresh replaces a result that has changed where it is stored, so that no index hears of it; what it cannot replace it deletes and inserts.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE raw (time timestamptz NOT NULL, device text, kind numeric, v numeric);
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '10 days');
INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '1 hour', CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END, CASE WHEN i % 2 = 0 THEN 1.0 END, i FROM generate_series(0, 95) i;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
SELECT device, count(*) AS n, time_bucket('1 day', time) AS day, sum(v) AS total, kind FROM raw GROUP BY 1, 3, 5;
SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) AS results FROM timescaledb_information.continuous_aggregates WHERE view_name = 'daily' \gset

-- What was done to the rows of results since it was asked last.
CREATE TABLE before (relation oid, inserted int8, updated int8, hot int8, deleted int8);
CREATE VIEW totals AS SELECT r AS relation, sum(pg_stat_get_tuples_inserted(c))::int8 AS inserted, sum(pg_stat_get_tuples_updated(c))::int8 AS updated,
    sum(pg_stat_get_tuples_hot_updated(c))::int8 AS hot, sum(pg_stat_get_tuples_deleted(c))::int8 AS deleted
FROM (SELECT materialization_hypertable_schema || '.' || materialization_hypertable_name FROM timescaledb_information.continuous_aggregates) m (name), CAST(name AS regclass) r, show_chunks(r) c GROUP BY 1;
CREATE FUNCTION written(results regclass, OUT inserted int8, OUT updated int8, OUT hot int8, OUT deleted int8) LANGUAGE plpgsql AS $$
BEGIN
    SELECT t.inserted - coalesce(b.inserted, 0), t.updated - coalesce(b.updated, 0), t.hot - coalesce(b.hot, 0), t.deleted - coalesce(b.deleted, 0)
    INTO inserted, updated, hot, deleted FROM totals t LEFT JOIN before b USING (relation) WHERE t.relation = results;
    DELETE FROM before b WHERE b.relation = results;
    INSERT INTO before SELECT * FROM totals t WHERE t.relation = results;
END $$;
\set refresh 'CALL refresh_continuous_aggregate(''daily'', NULL, NULL); SELECT FROM pg_stat_force_next_flush(); SELECT * FROM written(:''results''); SELECT count(*) AS wrong FROM verify_continuous_aggregate(''daily'');'
:refresh

-- Groups that change, NULLs among their keys, and a new one.
INSERT INTO raw VALUES ('2024-01-02 05:30', 'a', 1.0, 5), ('2024-01-02 05:40', NULL, 1.0, 5), ('2024-01-03 05:30', NULL, NULL, 5), ('2024-01-03 05:30', 'new', NULL, 5);
:refresh
SELECT day, device, kind, n, total FROM daily WHERE day BETWEEN '2024-01-02' AND '2024-01-03' ORDER BY 1, 2, 3;
-- As the indexes find them.
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT n, total FROM daily WHERE device = 'a' AND day = '2024-01-02' ORDER BY 1;
RESET enable_seqscan;
RESET enable_bitmapscan;
-- A group that goes, and one whose rows go to another.
DELETE FROM raw WHERE device = 'new';
UPDATE raw SET device = 'b' WHERE time = '2024-01-04 00:00';
:refresh
-- A key that is equal, and looks different, is another row's; a value is the same row's.
UPDATE raw SET kind = 1.00 WHERE kind = 1.0 AND time < '2024-01-02';
:refresh
UPDATE raw SET v = v + 0.00 WHERE time = '2024-01-02 00:00';
:refresh
SELECT day, device, kind, total FROM daily WHERE kind = 1 AND device = 'a' AND day < '2024-01-03' ORDER BY 1;

-- Groups that HAVING lets go and come.
CREATE MATERIALIZED VIEW frequent WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, device, count(*) AS n FROM raw GROUP BY 1, 2 HAVING count(*) > 8;
SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) AS frequent FROM timescaledb_information.continuous_aggregates WHERE view_name = 'frequent' \gset
\set refresh_frequent 'CALL refresh_continuous_aggregate(''frequent'', NULL, NULL); SELECT FROM pg_stat_force_next_flush(); SELECT * FROM written(:''frequent''); SELECT day, device, n FROM frequent ORDER BY 1, 2;'
:refresh_frequent
INSERT INTO raw VALUES ('2024-01-02 05:50', NULL, NULL, 5), ('2024-01-03 05:30', NULL, NULL, 5);
INSERT INTO raw SELECT '2024-01-04 00:30', 'a', NULL, 1 FROM generate_series(1, 9);
:refresh_frequent
DELETE FROM raw WHERE time = '2024-01-04 00:30';
INSERT INTO raw VALUES ('2024-01-03 05:30', NULL, NULL, 5);
:refresh_frequent
DROP MATERIALIZED VIEW frequent;

-- Where what is grouped by is not selected, nothing says which row is which.
CREATE MATERIALIZED VIEW alike WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM raw GROUP BY 1, device;
SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) AS alike FROM timescaledb_information.continuous_aggregates WHERE view_name = 'alike' \gset
SELECT FROM pg_stat_force_next_flush();
SELECT * FROM written(:'alike');
INSERT INTO raw VALUES ('2024-01-04 05:50', NULL, NULL, 5);
CALL refresh_continuous_aggregate('alike', NULL, NULL);
SELECT FROM pg_stat_force_next_flush();
SELECT * FROM written(:'alike');
SELECT count(*) FROM verify_continuous_aggregate('alike');
DROP MATERIALIZED VIEW alike;

-- A query that groups otherwise finds several stored rows of one key, or none.
CREATE MATERIALIZED VIEW coarse WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, device, count(*) AS n FROM raw GROUP BY 1, 2;
SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) AS coarse FROM timescaledb_information.continuous_aggregates WHERE view_name = 'coarse' \gset
SELECT FROM pg_stat_force_next_flush();
SELECT * FROM written(:'coarse');
SELECT replace_continuous_aggregate('coarse', 'SELECT public.time_bucket(''1 day'', time) AS day, max(device) AS device, count(*) AS n FROM public.raw GROUP BY 1');
CALL refresh_continuous_aggregate('coarse', NULL, NULL);
SELECT FROM pg_stat_force_next_flush();
SELECT * FROM written(:'coarse');
SELECT count(*) FROM verify_continuous_aggregate('coarse');
SELECT day, device, n FROM coarse ORDER BY 1;
SELECT replace_continuous_aggregate('coarse', 'SELECT public.time_bucket(''1 day'', time) AS day, device, count(*) AS n FROM public.raw GROUP BY 1, 2');
CALL refresh_continuous_aggregate('coarse', NULL, NULL);
SELECT FROM pg_stat_force_next_flush();
SELECT * FROM written(:'coarse');
SELECT count(*) FROM verify_continuous_aggregate('coarse');
DROP MATERIALIZED VIEW coarse;

-- An aggregate over the results hears of the buckets that were replaced.
CREATE MATERIALIZED VIEW upper WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', day) AS day, sum(n) AS n, sum(total) AS total FROM daily GROUP BY 1;
INSERT INTO raw VALUES ('2024-01-03 13:00', 'a', NULL, 1);
:refresh
SELECT bucket, reason FROM verify_continuous_aggregate('upper');
SELECT pending_buckets FROM timescaledb_information.continuous_aggregates WHERE view_name = 'upper';
CALL refresh_continuous_aggregate('upper', NULL, NULL);
SELECT count(*) FROM verify_continuous_aggregate('upper');

-- An index on what changes gets an entry for each change.
CREATE INDEX by_total ON daily (total);
UPDATE raw SET v = v + 1 WHERE time < '2024-01-02';
:refresh
SET enable_seqscan = off;
SELECT device, total FROM daily WHERE total > 130 AND total < 145 ORDER BY 2;
RESET enable_seqscan;
DROP INDEX _timescaledb_internal.by_total;
-- Somebody's unique index of the key, and one of what changes, whose rows could be in each other's way.
CREATE UNIQUE INDEX of_key ON :results (day, device, kind);
UPDATE raw SET v = v + 1 WHERE time < '2024-01-02';
:refresh
CREATE UNIQUE INDEX of_all ON :results (day, device, kind, total);
UPDATE raw SET v = v + 1 WHERE time < '2024-01-02';
:refresh
DROP INDEX _timescaledb_internal.of_key, _timescaledb_internal.of_all;
-- Constraints hold, and triggers run.
ALTER TABLE :results ADD CONSTRAINT few CHECK (n < 9);
INSERT INTO raw SELECT '2024-01-03 13:00', 'a', NULL, 1 FROM generate_series(1, 6);
CALL refresh_continuous_aggregate('daily', NULL, NULL);
ALTER TABLE :results DROP CONSTRAINT few;
:refresh
CREATE FUNCTION report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% % %', TG_OP, NEW.device, NEW.n; RETURN NEW; END $$;
CREATE TRIGGER report BEFORE INSERT OR UPDATE ON :results FOR EACH ROW EXECUTE FUNCTION report();
INSERT INTO raw VALUES ('2024-01-03 13:00', 'a', NULL, 1);
:refresh
DROP TRIGGER report ON :results;

-- Results as columns: their new versions are beside them, and are replaced there.
ALTER MATERIALIZED VIEW daily SET (timescaledb.enable_columnstore);
SELECT count(compress_chunk(c)) FROM show_chunks('daily') c;
UPDATE raw SET v = v + 1 WHERE time < '2024-01-02';
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT count(*) AS wrong FROM verify_continuous_aggregate('daily');
SELECT bucket, reason FROM verify_continuous_aggregate('upper');
SELECT FROM pg_stat_force_next_flush();
SELECT FROM written(:'results');
UPDATE raw SET v = v + 1 WHERE time < '2024-01-02';
:refresh
DELETE FROM raw WHERE time = '2024-01-01 00:00';
UPDATE raw SET device = 'c' WHERE time = '2024-01-01 01:00';
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT count(*) AS wrong FROM verify_continuous_aggregate('daily');
SELECT device, kind, n, total FROM daily WHERE day = '2024-01-01' ORDER BY 1, 2;

-- A chunk of results whose columns are in another order.
CREATE TABLE turned (total numeric, kind numeric, n bigint, unused int, day timestamptz NOT NULL, device text);
ALTER TABLE turned DROP COLUMN unused;
CALL attach_chunk(:'results', 'turned', '{"day": ["2024-06-01", "2024-06-11"]}');
INSERT INTO raw SELECT '2024-06-03', d, 1, 1 FROM unnest(ARRAY['x', 'y', NULL]) d;
:refresh
CREATE UNIQUE INDEX of_key ON :results (day, device, kind);
INSERT INTO raw VALUES ('2024-06-03', 'y', 1, 1), ('2024-06-03', NULL, 1, 1), ('2024-06-03', NULL, 2, 1);
:refresh
SELECT * FROM turned ORDER BY device, kind;
-- A result whose new value belongs to another chunk.
CREATE MATERIALIZED VIEW divided WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, device, count(*) AS n FROM raw WHERE device IN ('a', 'b') GROUP BY 1, 2 WITH NO DATA;
SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) AS divided FROM timescaledb_information.continuous_aggregates WHERE view_name = 'divided' \gset
SELECT FROM add_dimension(:'divided', by_hash('n', 4));
CALL refresh_continuous_aggregate('divided', NULL, NULL);
INSERT INTO raw SELECT time, device, 1, 1 FROM raw WHERE kind = 1;
CALL refresh_continuous_aggregate('divided', NULL, NULL);
SELECT FROM pg_stat_force_next_flush();
SELECT inserted > 8 AS inserted, deleted > 0 AS deleted FROM written(:'divided');
SELECT count(*) AS wrong FROM verify_continuous_aggregate('divided');

-- All of them, many times: but for a moment at which somebody has an old snapshot there is always room.
CREATE MATERIALIZED VIEW often WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, device, sum(v) AS total FROM raw WHERE time < '2024-01-05' GROUP BY 1, 2;
SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) AS often FROM timescaledb_information.continuous_aggregates WHERE view_name = 'often' \gset
CREATE PROCEDURE change_all(times int) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. times LOOP
        UPDATE raw SET v = v + 1 WHERE time < '2024-01-05';
        COMMIT;
        CALL refresh_continuous_aggregate('often', NULL, NULL);
    END LOOP;
END $$;
CALL change_all(150);
SELECT FROM pg_stat_force_next_flush();
SELECT inserted - (SELECT count(*) FROM often) AS inserted, updated, hot > updated / 2 AS hot, deleted FROM written(:'often');
SELECT count(*) AS wrong FROM verify_continuous_aggregate('often');
SELECT pg_relation_size(indexrelid) AS size FROM pg_index WHERE indrelid IN (SELECT show_chunks('often'));

-- Pages of results have room, unless somebody says otherwise.
SELECT DISTINCT reloptions FROM pg_class WHERE oid IN (SELECT show_chunks('divided'));
ALTER TABLE :divided SET (fillfactor = 100);
INSERT INTO raw VALUES ('2025-01-01', 'a', 1, 1);
CALL refresh_continuous_aggregate('divided', NULL, NULL);
SELECT reloptions, count(*) FROM pg_class WHERE oid IN (SELECT show_chunks('divided')) GROUP BY 1;
SET client_min_messages = warning;
DROP TABLE raw CASCADE;
