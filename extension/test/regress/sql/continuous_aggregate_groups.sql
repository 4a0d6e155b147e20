-- Where all that has happened to buckets is that rows were inserted, a refresh computes their groups alone. It says at
-- debug1 how many; silence means that buckets were computed whole.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';
SET datestyle = 'ISO';
\set refresh 'SET client_min_messages = debug1; CALL refresh_continuous_aggregate(:aggregate, NULL, NULL); RESET client_min_messages; SELECT count(*) AS wrong FROM verify_continuous_aggregate(:aggregate);'
CREATE TABLE raw (gone text, time timestamptz NOT NULL, device int, place text COLLATE "C", v int);
ALTER TABLE raw DROP COLUMN gone;  -- chunks have other numbers of columns
SELECT create_hypertable('raw', 'time', chunk_time_interval => interval '4 hours');
CREATE UNIQUE INDEX ON raw (device, time);
INSERT INTO raw SELECT t, d, CASE WHEN d % 2 = 0 THEN 'attic' WHEN d = 1 THEN NULL ELSE repeat('long ', 600) END, d
FROM generate_series(timestamptz '2024-01-01', '2024-01-03 23:59', interval '10 minutes') t, generate_series(1, 5) d;
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS
SELECT sum(v) AS total, place, time_bucket('1 hour', time) AS hour, count(*) FILTER (WHERE v > 3) AS high, device FROM raw GROUP BY place, 3, device WITH NO DATA;
\set aggregate '''hourly'''
CALL refresh_continuous_aggregate('hourly', NULL, NULL);

-- Statements that only insert: each changes one group, but for the last, which meets two chunks of results.
INSERT INTO raw VALUES ('2024-01-01 01:01', 1, NULL, 10);
:refresh
COPY raw FROM STDIN;
2024-01-01 01:02:00+00	2	attic	11
2024-01-01 01:03:00+00	2	attic	11
\.
:refresh
INSERT INTO raw VALUES ('2024-01-01 01:01', 1, NULL, 10), ('2024-01-01 01:03:01', 2, 'attic', 10) ON CONFLICT DO NOTHING;
:refresh
MERGE INTO raw USING (VALUES (timestamptz '2024-01-02 05:00:01', 3)) s (t, d) ON time = t AND device = d
WHEN NOT MATCHED THEN INSERT (time, device, place, v) VALUES (t, d, repeat('long ', 600), 1);
:refresh
BEGIN;
SAVEPOINT a;
INSERT INTO raw VALUES ('2024-01-02 05:01:01', 4, 'attic', 1);
RELEASE a;
SAVEPOINT b;
INSERT INTO raw VALUES ('2024-01-02 05:01:01', 5, 'cellar', 1);
ROLLBACK TO b;
COMMIT;
:refresh
INSERT INTO raw SELECT t + interval '1 second', d, 'attic', d FROM generate_series(timestamptz '2024-01-01', '2024-01-02 23:59', interval '1 hour') t, unnest('{2,4}'::int[]) d;
:refresh
-- The same without vectors.
SET varve.enable_vectorized = off;
INSERT INTO raw VALUES ('2024-01-03 01:01', 1, NULL, 10), ('2024-01-03 01:01', 9, 'new', 10);
:refresh
RESET varve.enable_vectorized;
SELECT total, place, hour, high, device FROM hourly WHERE device = 9;

-- Nothing is left of what was inserted: no group.
BEGIN;
SAVEPOINT a;
INSERT INTO raw VALUES ('2024-01-03 02:01', 1, NULL, 10);
ROLLBACK TO a;
COMMIT;
:refresh

-- A small part of a chunk is computed whole: finding its late rows would take longer.
SELECT set_chunk_time_interval('raw', interval '1 day');
INSERT INTO raw SELECT t, 1, 'attic', 1 FROM generate_series(timestamptz '2024-01-06', '2024-01-06 23:59', interval '10 minutes') t;
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
INSERT INTO raw VALUES ('2024-01-06 01:01', 2, 'attic', 10);
:refresh
INSERT INTO raw SELECT t, 2, 'attic', 10 FROM generate_series(timestamptz '2024-01-06 01:02', '2024-01-06 06:02', interval '1 hour') t;
:refresh

-- Whatever else happens to a bucket makes it stale whole; not so other buckets.
INSERT INTO raw VALUES ('2024-01-01 10:01', 1, NULL, 10);
INSERT INTO raw VALUES ('2024-01-01 10:01', 1, NULL, 10) ON CONFLICT (device, time) DO UPDATE SET v = excluded.v + 1;
INSERT INTO raw VALUES ('2024-01-02 10:01', 1, NULL, 10);
UPDATE raw SET v = v + 1 WHERE time = '2024-01-02 10:20' AND device = 3;
INSERT INTO raw VALUES ('2024-01-02 15:01', 2, 'attic', 10);
DELETE FROM raw WHERE time = '2024-01-02 15:20' AND device = 3;
BEGIN;
INSERT INTO raw VALUES ('2024-01-02 20:01', 2, 'attic', 10);
DELETE FROM raw WHERE time = '2024-01-02 18:20' AND device = 3;
COMMIT;
MERGE INTO raw USING (VALUES (timestamptz '2024-01-02 22:00', 3)) s (t, d) ON time = t AND device = d WHEN MATCHED THEN UPDATE SET v = 0;
INSERT INTO raw VALUES ('2024-01-03 10:01', 2, 'attic', 10);
:refresh
-- What is asked for by force.
INSERT INTO raw VALUES ('2024-01-08 10:01', 2, 'attic', 10);
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SET client_min_messages = debug1;
CALL refresh_continuous_aggregate('hourly', '2024-01-01', '2024-01-03', force => true);
RESET client_min_messages;
-- Transactions of another cluster, which a dump was taken of, have other numbers.
INSERT INTO raw VALUES ('2024-01-01 11:01', 2, 'attic', 10);
UPDATE varve_catalog.aggregate_change SET cluster = cluster + 1;
:refresh
-- A part of a stale range: the rest of it stays what it is.
INSERT INTO raw VALUES ('2024-01-01 12:01', 2, 'attic', 10), ('2024-01-01 13:01', 4, 'attic', 10), ('2024-01-01 14:01', 4, 'attic', 10);
SET client_min_messages = debug1;
CALL refresh_continuous_aggregate('hourly', '2024-01-01 13:00', '2024-01-01 14:00');
RESET client_min_messages;
:refresh

-- Chunks in columns: rows beside them are told apart. Where row groups are younger, or have been rows again, nothing is.
ALTER TABLE raw SET (tsdb.enable_columnstore, tsdb.segmentby = 'device');
SELECT count(compress_chunk(c)) FROM show_chunks('raw', older_than => timestamptz '2024-01-03') c;
INSERT INTO raw VALUES ('2024-01-01 16:01', 2, 'attic', 10), ('2024-01-01 16:01', 4, 'attic', 10);
:refresh
INSERT INTO raw VALUES ('2024-01-01 16:02', 2, 'attic', 10);
SET client_min_messages = warning;  -- other chunks are in columns already
SELECT count(compress_chunk(c)) FROM show_chunks('raw', older_than => timestamptz '2024-01-03') c;
:refresh
INSERT INTO raw VALUES ('2024-01-01 16:03', 2, 'attic', 10);
SET client_min_messages = warning;
SELECT count(compress_chunk(c)) FROM show_chunks('raw', older_than => timestamptz '2024-01-03') c;
RESET client_min_messages;
SELECT count(decompress_chunk(c)) FROM show_chunks('raw', older_than => timestamptz '2024-01-03') c;
:refresh
INSERT INTO raw VALUES ('2024-01-01 16:04', 2, 'attic', 10);
VACUUM (FREEZE) raw;
:refresh
INSERT INTO raw VALUES ('2024-01-03 16:04', 2, 'attic', 10);
VACUUM (FULL, FREEZE) raw;
:refresh

-- Groups whose results vanish or appear, by HAVING; keys of other types.
DROP MATERIALIZED VIEW hourly;
CREATE TABLE typed (time int NOT NULL, id uuid, day date, flag bool, amount numeric);
SELECT create_hypertable('typed', 'time', chunk_time_interval => 40);
INSERT INTO typed SELECT i, md5((i % 3)::text)::uuid, date '2024-01-01' + i % 2, i % 5 = 0, i FROM generate_series(0, 199) i;
CREATE MATERIALIZED VIEW tens WITH (timescaledb.continuous) AS
SELECT time_bucket(10, time) AS ten, id, day, flag, sum(amount) AS total FROM typed GROUP BY 1, 2, 3, 4 HAVING sum(amount) < 200 WITH NO DATA;
\set aggregate '''tens'''
CALL refresh_continuous_aggregate('tens', NULL, NULL);
INSERT INTO typed VALUES (5, md5('1')::uuid, '2024-01-02', false, 1000), (11, NULL, NULL, NULL, 1), (95, md5('0')::uuid, '2024-01-02', true, -5000);
:refresh
SELECT * FROM tens WHERE id IS NULL OR total < 0;
SELECT count(*) FROM tens WHERE ten = 0 AND id = md5('1')::uuid AND day = '2024-01-02';
DROP MATERIALIZED VIEW tens;

-- Queries whose groups cannot be told so: keys of a type whose equal values differ, that are not among the results, a join.
CREATE FUNCTION check_whole(query text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN EXECUTE 'CREATE MATERIALIZED VIEW tens WITH (timescaledb.continuous) AS ' || query || ' WITH NO DATA'; END $$;
SELECT check_whole('SELECT time_bucket(10, time) AS ten, amount, count(*) FROM typed GROUP BY 1, 2');
CALL refresh_continuous_aggregate('tens', NULL, NULL);
INSERT INTO typed VALUES (6, md5('1')::uuid, '2024-01-02', false, 1.0);
:refresh
INSERT INTO typed VALUES (6, md5('1')::uuid, '2024-01-02', false, 1.00);
:refresh
DROP MATERIALIZED VIEW tens;
SELECT check_whole('SELECT time_bucket(10, time) AS ten, count(*) FROM typed GROUP BY 1, flag');
CALL refresh_continuous_aggregate('tens', NULL, NULL);
INSERT INTO typed VALUES (6, md5('1')::uuid, '2024-01-02', false, 1.0);
:refresh
DROP MATERIALIZED VIEW tens;
CREATE TABLE names (id uuid, name text);
INSERT INTO names SELECT md5(i::text)::uuid, 'name ' || i FROM generate_series(0, 2) i;
SELECT check_whole('SELECT time_bucket(10, time) AS ten, name, count(*) FROM typed JOIN names USING (id) GROUP BY 1, 2');
CALL refresh_continuous_aggregate('tens', NULL, NULL);
INSERT INTO typed VALUES (7, md5('1')::uuid, '2024-01-02', false, 1.0);
:refresh

-- The condition belongs to refreshes.
SELECT varve_catalog.is_wanted_group(1, 2);
SELECT varve_catalog.inserted(now(), 'typed');
DROP MATERIALIZED VIEW tens;
DROP FUNCTION check_whole;
DROP TABLE raw, typed, names;
