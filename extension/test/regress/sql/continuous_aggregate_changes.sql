-- Whatever changes rows of a hypertable makes its aggregate stale there: right after the statement
-- nothing differs that is not known to be pending, and after a refresh nothing differs at all.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE device (id int PRIMARY KEY, name text);
INSERT INTO device SELECT i, 'device ' || i FROM generate_series(0, 9) i;
CREATE TABLE raw (time timestamptz NOT NULL, device int REFERENCES device ON DELETE CASCADE, v int, PRIMARY KEY (time, device));
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '1 day');
INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '10 min', i % 10, i FROM generate_series(0, 1439) i;

CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 hour', time) AS hour, device, count(*) AS n, sum(v) AS total, min(v) AS low, max(v) AS high
FROM raw GROUP BY hour, device WITH NO DATA;
CALL refresh_continuous_aggregate('hourly', NULL, '2024-01-09');

-- What is logged, as times; what is wrong before and after a refresh; whether the view is the query.
CREATE FUNCTION logged() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT varve_catalog.time_of(range_begin)::text || ' .. ' || varve_catalog.time_of(range_end)::text
    FROM varve_catalog.aggregate_change ORDER BY range_begin, range_end $$;
CREATE VIEW unexplained AS SELECT count(*) AS unexplained FROM verify_continuous_aggregate('hourly') WHERE reason = 'unexplained';
CREATE VIEW wrong AS
SELECT (SELECT count(*) FROM verify_continuous_aggregate('hourly')) AS differing,
    (SELECT count(*) FROM (
        (TABLE hourly EXCEPT ALL SELECT time_bucket('1 hour', time), device, count(*), sum(v), min(v), max(v) FROM raw GROUP BY 1, 2)
        UNION ALL
        (SELECT time_bucket('1 hour', time), device, count(*), sum(v), min(v), max(v) FROM raw GROUP BY 1, 2 EXCEPT ALL TABLE hourly)) d) AS unlike_the_query;
\set after 'SELECT * FROM logged(); TABLE unexplained; CALL refresh_continuous_aggregate(''hourly'', NULL, ''2024-01-09''); TABLE wrong;'
TABLE wrong;

-- INSERT: late rows, and such that lie where nothing has been computed yet.
INSERT INTO raw VALUES ('2024-01-02 03:05', 1, 7), ('2024-01-02 03:07', 1, 8), ('2024-01-05 23:59:59', 2, 9);
:after
INSERT INTO raw SELECT '2024-01-10'::timestamptz + i * interval '1 min 1 s', 1, i FROM generate_series(1, 100) i;
:after
INSERT INTO raw VALUES ('2023-06-01', 1, 1);
:after

-- UPDATE: of values, of times within a chunk and across chunks, with a join, where nothing matches.
UPDATE raw SET v = v + 1 WHERE time >= '2024-01-03 04:00' AND time < '2024-01-03 05:00';
:after
UPDATE raw SET time = time + interval '2 hours 5 min' WHERE time >= '2024-01-03 06:00' AND time < '2024-01-03 06:30';
:after
UPDATE raw SET time = time + interval '3 days 1 min' WHERE time = '2024-01-03 10:00';
:after
UPDATE raw SET v = -1 FROM device WHERE device.id = raw.device AND device.name = 'device 3' AND time >= '2024-01-04' AND time < '2024-01-04 01:00';
:after
UPDATE raw SET v = 0 WHERE time = '1999-01-01';
:after

-- DELETE, also by a foreign key; WITH and RETURNING.
DELETE FROM raw WHERE time >= '2024-01-06 10:00' AND time < '2024-01-06 11:00';
:after
WITH gone AS (DELETE FROM raw WHERE time = '2024-01-06 12:00' RETURNING *)
INSERT INTO raw SELECT time + interval '1 day 1 min', device, v FROM gone RETURNING time;
:after
DELETE FROM device WHERE id = 9;
SELECT count(*) FROM logged();
TABLE unexplained;
CALL refresh_continuous_aggregate('hourly', NULL, '2024-01-09');
TABLE wrong;

-- ON CONFLICT, MERGE.
INSERT INTO raw VALUES ('2024-01-02 03:05', 1, 70), ('2024-01-02 05:05', 1, 70)
ON CONFLICT (time, device) DO UPDATE SET v = excluded.v, time = raw.time + interval '30 min';
:after
INSERT INTO raw VALUES ('2024-01-02 05:05', 1, 70) ON CONFLICT DO NOTHING;
:after
MERGE INTO raw USING (VALUES ('2024-01-02 03:10'::timestamptz, 9, 1), ('2024-01-02 05:10', 1, 2), ('2024-01-02 07:00', 2, 3)) s (time, device, v)
ON raw.time = s.time
WHEN MATCHED AND s.v = 1 THEN DELETE
WHEN MATCHED THEN UPDATE SET v = s.v, time = raw.time + interval '1 hour 1 min'
WHEN NOT MATCHED THEN INSERT VALUES (s.time, s.device, s.v);
:after

-- COPY, through a view, through a function, in a prepared statement, in chunks by their own names.
COPY raw FROM stdin;
2024-01-02 20:30:01+00	4	1
2024-01-07 20:30:01+00	4	1
\.
:after
CREATE VIEW door AS SELECT * FROM raw WHERE v > 0 WITH CHECK OPTION;
INSERT INTO door VALUES ('2024-01-01 12:00:01', 5, 5);
UPDATE door SET v = 6 WHERE time = '2024-01-01 13:00';
DELETE FROM door WHERE time = '2024-01-01 14:00';
:after
PREPARE late (timestamptz) AS INSERT INTO raw VALUES ($1, 6, 6);
EXECUTE late ('2024-01-04 17:00:01');
:after
SELECT show_chunks('raw', newer_than => timestamptz '2024-01-02', older_than => timestamptz '2024-01-03') AS chunk \gset
INSERT INTO :chunk VALUES ('2024-01-02 22:00:01', 7, 7);
UPDATE :chunk SET v = 8 WHERE time = '2024-01-02 01:00';
DELETE FROM :chunk WHERE time = '2024-01-02 02:00';
:after
COPY :chunk FROM stdin;
2024-01-02 20:30:02+00	4	1
\.
:after

-- Of a transaction: its ranges, merged; nothing of one that is rolled back; more than enough of a
-- subtransaction.
BEGIN;
INSERT INTO raw SELECT '2024-01-05'::timestamptz + i * interval '61 min', 8, i FROM generate_series(0, 9) i;
SAVEPOINT s;
INSERT INTO raw VALUES ('2024-01-01 00:00:01', 8, 8);
ROLLBACK TO s;
UPDATE raw SET v = 9 WHERE time >= '2024-01-05 05:00' AND time < '2024-01-05 15:00';
COMMIT;
:after
BEGIN;
DELETE FROM raw;
ROLLBACK;
:after

-- A BEFORE trigger may move a row within its chunk, so the chunk counts as a whole.
CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.time := NEW.time + interval '3 hours'; RETURN NEW; END $$;
CREATE TRIGGER move BEFORE INSERT OR UPDATE ON raw FOR EACH ROW EXECUTE FUNCTION move();
INSERT INTO raw VALUES ('2024-01-08 01:00:01', 1, 1);
COPY raw FROM stdin;
2024-01-07 01:00:01+00	1	1
\.
:after
DROP TRIGGER move ON raw;

-- TRUNCATE, of a chunk, of the table by way of another, of everything.
TRUNCATE :chunk;
:after
SET client_min_messages = warning;
BEGIN;
TRUNCATE device CASCADE;
ROLLBACK;
:after
TRUNCATE device CASCADE;
INSERT INTO device SELECT i, 'device ' || i FROM generate_series(0, 9) i;
SELECT range_begin = -9223372036854775808 AS from_the_beginning, varve_catalog.time_of(range_end) FROM varve_catalog.aggregate_change;
CALL refresh_continuous_aggregate('hourly', NULL, '2024-01-09');
TABLE wrong;
SELECT count(*) FROM hourly;
INSERT INTO raw SELECT '2024-01-01'::timestamptz + i * interval '10 min', i % 9, i FROM generate_series(0, 300) i;
:after

-- Without aggregates nothing is logged, nor is anything kept.
DROP MATERIALIZED VIEW hourly CASCADE;
UPDATE raw SET v = 1;
SELECT (SELECT count(*) FROM varve_catalog.aggregate_change) + (SELECT count(*) FROM varve_catalog.aggregate_stale)
    + (SELECT count(*) FROM varve_catalog.aggregate_threshold) + (SELECT count(*) FROM varve_catalog.aggregate_watermark) AS kept;
EXPLAIN (costs off, verbose) DELETE FROM raw WHERE time = '2024-01-01';

-- A hypertable of two dimensions: its chunks share ranges of time.
CREATE TABLE spread (time timestamptz NOT NULL, device int NOT NULL, v int);
SELECT create_hypertable('spread', 'time', 'device', 3, chunk_time_interval => interval '1 day');
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket('1 hour', time) AS hour, device, count(*) AS n, sum(v) AS total, min(v) AS low, max(v) AS high FROM spread GROUP BY hour, device WITH NO DATA;
INSERT INTO spread SELECT '2024-01-01'::timestamptz + i * interval '10 min', i % 10, i FROM generate_series(0, 719) i;
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT * FROM verify_continuous_aggregate('hourly');
INSERT INTO spread VALUES ('2024-01-02 03:05', 1, 7);
UPDATE spread SET device = device + 1 WHERE time = '2024-01-03 10:00';
DELETE FROM spread WHERE time >= '2024-01-04 04:00' AND time < '2024-01-04 05:00';
SELECT c AS chunk FROM show_chunks('spread', older_than => timestamptz '2024-01-02') c LIMIT 1 \gset
TRUNCATE :chunk;
SELECT c AS chunk FROM show_chunks('spread', newer_than => timestamptz '2024-01-02', older_than => timestamptz '2024-01-03') c LIMIT 1 \gset
UPDATE :chunk SET v = v + 1 WHERE time < '2024-01-02 01:00';
SELECT * FROM logged();
SELECT count(*) FROM verify_continuous_aggregate('hourly') WHERE reason = 'unexplained';
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT * FROM verify_continuous_aggregate('hourly');
SELECT count(*) FROM drop_chunks('spread', older_than => timestamptz '2024-01-03');
CALL refresh_continuous_aggregate('hourly', NULL, NULL, force => true);
SELECT count(*) > 0 AS differing, min(reason), max(reason) FROM verify_continuous_aggregate('hourly');
