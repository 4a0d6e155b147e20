-- What a refresh computes: whole buckets of its window that are stale, in batches; never what has
-- been computed of rows that are gone by drop_chunks().
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE raw (time timestamptz NOT NULL, device int, v int);
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '2 days');
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 day', time) AS day, count(*) AS n, sum(v) AS total FROM raw GROUP BY 1 WITH NO DATA;
CREATE VIEW state AS
SELECT varve_catalog.time_of(nullif(watermark, -9223372036854775808)) AS watermark,
    (SELECT count(*) FROM _timescaledb_internal._materialized_hypertable_2) AS stored,
    (SELECT string_agg(to_char(varve_catalog.time_of(greatest(range_begin, 0)), 'YYYY-MM-DD HH24') || ' .. ' || to_char(varve_catalog.time_of(range_end), 'YYYY-MM-DD HH24'), ', ' ORDER BY range_begin)
     FROM varve_catalog.aggregate_stale) AS stale
FROM varve_catalog.aggregate_watermark;

-- Nothing there yet.
CALL refresh_continuous_aggregate('daily', NULL, NULL);
TABLE state;
INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '6 hours', i % 3, i FROM generate_series(0, 79) i;

-- Windows: whole buckets inside, as interval, date or text too; what does not suit is an error.
CALL refresh_continuous_aggregate('daily', '2024-01-02 12:00', '2024-01-05 12:00');
TABLE state;
CALL refresh_continuous_aggregate('daily', date '2024-01-01', timestamp '2024-01-02 00:00');
TABLE state;
CALL refresh_continuous_aggregate('daily', NULL, interval '1 year');
TABLE state;
CALL refresh_continuous_aggregate('daily', '2024-01-02 12:00', '2024-01-03 12:00');
CALL refresh_continuous_aggregate('daily', '2024-01-03', '2024-01-02');
CALL refresh_continuous_aggregate('daily', '2024-01-03', '2024-01-03');
CALL refresh_continuous_aggregate('daily', 1, 2);
CALL refresh_continuous_aggregate('daily', 'nonsense', NULL);
CALL refresh_continuous_aggregate('raw', NULL, NULL);
CALL refresh_continuous_aggregate(NULL, NULL, NULL);
CALL refresh_continuous_aggregate('nothing', NULL, NULL);
CALL refresh_continuous_aggregate('daily', NULL, NULL, options => '{"buckets_per_batch": -1}');
CALL refresh_continuous_aggregate('daily', NULL, NULL, options => '{"buckets_per_batch": "x"}');
CALL refresh_continuous_aggregate('daily', NULL, NULL, options => '[]');
BEGIN;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
ROLLBACK;
CREATE FUNCTION from_function() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL refresh_continuous_aggregate('daily', NULL, NULL); END $$;
SELECT from_function();
BEGIN TRANSACTION READ ONLY;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
ROLLBACK;
SET default_transaction_read_only = on;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SET default_transaction_read_only = off;

-- An end of NULL reaches the bucket of the newest row, another only as far as there are rows: what
-- comes later is read from the rows until it has been computed.
CALL refresh_continuous_aggregate('daily', '2024-01-10', '2030-01-01');
TABLE state;
INSERT INTO raw VALUES ('2024-01-25', 1, 1);
SELECT max(day) FROM daily;
TABLE state;

-- Batches, and as many of them as asked for; what is left stays stale. The past comes newest first.
DELETE FROM raw WHERE time >= '2024-01-03' AND time < '2024-01-12' AND device = 1;
CALL refresh_continuous_aggregate('daily', '2024-01-02', '2024-01-15', options => '{"buckets_per_batch": 2, "max_batches_per_execution": 2}');
TABLE state;
CALL refresh_continuous_aggregate('daily', NULL, NULL, options => '{"buckets_per_batch": 3, "max_batches_per_execution": 1, "refresh_newest_first": false}');
TABLE state;
CALL refresh_continuous_aggregate('daily', NULL, NULL, options => '{"buckets_per_batch": 3}');
TABLE state;
SELECT * FROM verify_continuous_aggregate('daily');

-- Nothing to do is nothing written. force computes nevertheless, and writes what differs.
CREATE VIEW versions AS SELECT 'w' AS what, xmin::text AS version FROM varve_catalog.aggregate_watermark UNION ALL SELECT 's', xmin::text FROM varve_catalog.aggregate_stale
UNION ALL SELECT 't', xmin::text FROM varve_catalog.aggregate_threshold UNION ALL SELECT 'r', xmin::text FROM _timescaledb_internal._materialized_hypertable_2;
CREATE TEMP TABLE before AS TABLE versions;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT count(*) FROM (TABLE versions EXCEPT ALL TABLE before) d;
CALL refresh_continuous_aggregate('daily', '2024-01-01', '2024-01-02', force => true);
SELECT what, count(*) FROM (TABLE versions EXCEPT ALL TABLE before) d GROUP BY 1;
DROP VIEW versions;

-- drop_chunks keeps results, whether they are stale or not, force or not; TRUNCATE and DELETE do not.
UPDATE raw SET v = 1000 WHERE time = '2024-01-02';
SELECT drop_chunks('raw', older_than => timestamptz '2024-01-05');
SELECT day, n, total FROM daily WHERE day < '2024-01-07' ORDER BY day;
CALL refresh_continuous_aggregate('daily', NULL, NULL, force => true);
SELECT day, n, total FROM daily WHERE day < '2024-01-07' ORDER BY day;
SELECT bucket, reason FROM verify_continuous_aggregate('daily');
INSERT INTO raw VALUES ('2024-01-03', 5, 5);
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT bucket, missing_rows, extra_rows, reason FROM verify_continuous_aggregate('daily', '2024-01-03', '2024-01-04');
SELECT show_chunks('raw', newer_than => timestamptz '2024-01-07', older_than => timestamptz '2024-01-10') AS chunk \gset
DROP TABLE :chunk;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT bucket, reason FROM verify_continuous_aggregate('daily') WHERE bucket > '2024-01-06';
DELETE FROM raw WHERE time >= '2024-01-11' AND time < '2024-01-12';
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT count(*) FROM daily WHERE day = '2024-01-11';
TRUNCATE raw;
CALL refresh_continuous_aggregate('daily', NULL, NULL);
SELECT day, n FROM daily ORDER BY day;

-- A wider bucket over a chunk that has gone: all of the bucket is kept.
INSERT INTO raw SELECT '2024-03-01'::timestamptz + i * interval '6 hours', i % 3, i FROM generate_series(0, 119) i;
CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous) AS SELECT time_bucket('1 week', time) AS week, count(*) AS n FROM raw GROUP BY 1;
SELECT count(*) FROM drop_chunks('raw', older_than => timestamptz '2024-03-14');
DELETE FROM raw WHERE time < '2024-03-20';
CALL refresh_continuous_aggregate('weekly', NULL, NULL);
SELECT week, n FROM weekly ORDER BY week;

-- Results can be dropped by chunks, too, and stay away.
SELECT count(*) FROM drop_chunks('_timescaledb_internal._materialized_hypertable_2', older_than => timestamptz '2024-01-21');
CALL refresh_continuous_aggregate('daily', NULL, NULL, force => true);
SELECT min(day) FROM daily;
SELECT count(*) FROM verify_continuous_aggregate('daily') WHERE reason = 'unexplained';
TRUNCATE _timescaledb_internal._materialized_hypertable_2;

-- The session's isolation level does not matter.
SET default_transaction_isolation = 'serializable';
INSERT INTO raw VALUES ('2024-03-25', 1, 1);
CALL refresh_continuous_aggregate('weekly', NULL, NULL);
SELECT * FROM verify_continuous_aggregate('weekly', '2024-03-18', NULL);
RESET default_transaction_isolation;

-- From a procedure, and with the watermark's helper.
CREATE PROCEDURE from_procedure() LANGUAGE plpgsql AS $$ BEGIN CALL refresh_continuous_aggregate('daily', NULL, NULL); COMMIT; CALL refresh_continuous_aggregate('weekly', NULL, NULL); END $$;
CALL from_procedure();
SELECT relation, to_timestamp(_timescaledb_functions.cagg_watermark(id) / 1e6) FROM varve_catalog.continuous_aggregate ORDER BY id;
SELECT _timescaledb_functions.cagg_watermark(99);

-- Chunks that are merged and split keep their rows: nothing changes. A chunk that is detached takes
-- its rows along, and leaves the results; one that is attached brings rows.
TRUNCATE raw;
CREATE MATERIALIZED VIEW pieces WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS day, count(*) AS n FROM raw GROUP BY 1 WITH NO DATA;
INSERT INTO raw SELECT '2024-05-02'::timestamptz + i * interval '6 hours', i % 3, i FROM generate_series(0, 31) i;
CALL refresh_continuous_aggregate('pieces', NULL, NULL);
SELECT array_agg(c) AS chunks FROM show_chunks('raw', newer_than => timestamptz '2024-05-01') c \gset
CALL merge_chunks(:'chunks'::regclass[]);
SELECT c AS chunk FROM show_chunks('raw', newer_than => timestamptz '2024-05-01') c \gset
CALL split_chunk(:'chunk', timestamptz '2024-05-04');
SELECT count(*) FROM varve_catalog.aggregate_frozen f JOIN varve_catalog.continuous_aggregate a USING (id) WHERE a.relation = 'pieces'::regclass;
SELECT count(*) FROM varve_catalog.aggregate_change;
CALL refresh_continuous_aggregate('pieces', NULL, NULL, force => true);
SELECT sum(n) FROM pieces;
SELECT c AS chunk FROM show_chunks('raw', newer_than => timestamptz '2024-05-04') c \gset
CALL detach_chunk(:'chunk');
CALL refresh_continuous_aggregate('pieces', NULL, NULL, force => true);
SELECT sum(n) FROM pieces;
SELECT count(*), min(reason), max(reason) FROM verify_continuous_aggregate('pieces');
DELETE FROM :chunk WHERE time < '2024-05-06';
CALL attach_chunk('raw', :'chunk', '{"time": ["2024-05-04", "2024-05-10"]}');
SELECT count(*), min(reason), max(reason) FROM verify_continuous_aggregate('pieces');
CALL refresh_continuous_aggregate('pieces', NULL, NULL);
SELECT sum(n) FROM pieces;
SELECT * FROM verify_continuous_aggregate('pieces');
