-- enable_chunk_skipping(): chunks in columns are left out of a plan by the range of a column that is no
-- dimension, and not once somebody has written into them. What queries give is compared with skipping off.
\set VERBOSITY sqlstate
SET timezone = 'UTC';
CREATE TABLE metric (gone int, time timestamptz NOT NULL, code int, seen date, at timestamptz, small smallint, v float8, late int);
ALTER TABLE metric DROP gone;
SELECT create_hypertable('metric', by_range('time', interval '1 day'));
CREATE TABLE plain (time timestamptz NOT NULL, code int);
CREATE ROLE regress_skip_stranger;

-- What is refused.
SELECT enable_chunk_skipping('metric', 'code');          -- the setting is off
SELECT disable_chunk_skipping('metric', 'code');
SET timescaledb.enable_chunk_skipping = on;
SELECT enable_chunk_skipping(NULL, 'code');
SELECT enable_chunk_skipping('metric', NULL);
SELECT enable_chunk_skipping('nowhere', 'code');
SELECT enable_chunk_skipping(1::oid::regclass, 'code');
SELECT enable_chunk_skipping('plain', 'code');
SELECT enable_chunk_skipping('metric', 'nowhere');
SELECT enable_chunk_skipping('metric', 'ctid');
SELECT enable_chunk_skipping('metric', 'time');
SELECT enable_chunk_skipping('metric', 'v');
SELECT disable_chunk_skipping(NULL, 'code');
SELECT disable_chunk_skipping('metric', NULL);
SELECT disable_chunk_skipping('plain', 'code');
SELECT disable_chunk_skipping('metric', 'code');
SET ROLE regress_skip_stranger;
SELECT enable_chunk_skipping('metric', 'code');
SELECT disable_chunk_skipping('metric', 'code');
RESET ROLE;
BEGIN READ ONLY;
SELECT enable_chunk_skipping('metric', 'code');
ROLLBACK;
BEGIN READ ONLY;
SELECT disable_chunk_skipping('metric', 'code');
ROLLBACK;

-- Ten days: code and the rest grow with time.
SELECT * FROM enable_chunk_skipping('metric', 'code');
SELECT * FROM enable_chunk_skipping('metric', 'seen');
SELECT * FROM enable_chunk_skipping('metric', 'at', if_not_exists => true);
SELECT * FROM enable_chunk_skipping('metric', 'small');
SELECT enable_chunk_skipping('metric', 'code');
SELECT * FROM enable_chunk_skipping('metric', 'code', if_not_exists => true);
INSERT INTO metric SELECT t, i, t::date, t + interval '1 year', i / 24, i, NULL
FROM generate_series(0, 239) i, LATERAL (SELECT timestamptz '2024-01-01' + i * interval '1 hour' AS t) x;
SELECT enable_chunk_skipping('_timescaledb_internal._hyper_1_1_chunk', 'code');
ALTER TABLE metric SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.orderby = 'time');
SELECT count(compress_chunk(c)) FROM show_chunks('metric') c;
SELECT * FROM _timescaledb_catalog.chunk_column_stats WHERE chunk_id IS NULL OR chunk_id < 3 ORDER BY chunk_id NULLS FIRST, id;

-- How many chunks a plan has, and what the query gives, with skipping and without: different answers are
-- an error.
CREATE FUNCTION chunks(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    found text;
    expected text;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    EXECUTE 'SELECT string_agg(q::text, '','' ORDER BY q::text) FROM (' || query || ') q' INTO found;
    SET timescaledb.enable_chunk_skipping = off;
    EXECUTE 'SELECT string_agg(q::text, '','' ORDER BY q::text) FROM (' || query || ') q' INTO expected;
    SET timescaledb.enable_chunk_skipping = on;
    IF found IS DISTINCT FROM expected THEN RAISE 'wrong: % instead of %', found, expected; END IF;
    RETURN (SELECT count(*) FROM regexp_matches(plan::text, '"Relation Name": "_hyper_', 'g')) || ' chunks: ' || coalesce(found, '-');
END $$;

SELECT chunks('SELECT count(*) FROM metric WHERE code = 100');
SELECT chunks('SELECT count(*) FROM metric WHERE 100 = code');
SELECT chunks('SELECT count(*) FROM metric WHERE code < 24');
SELECT chunks('SELECT count(*) FROM metric WHERE code <= 24');
SELECT chunks('SELECT count(*) FROM metric WHERE code > 215');
SELECT chunks('SELECT count(*) FROM metric WHERE code >= 215');
SELECT chunks('SELECT count(*) FROM metric WHERE code BETWEEN 47 AND 48');
SELECT chunks('SELECT count(*) FROM metric WHERE code IN (3, 100, 1000)');
SELECT chunks('SELECT count(*) FROM metric WHERE code = ANY (''{}''::int[])');
SELECT chunks('SELECT count(*) FROM metric WHERE code = 100::bigint');
SELECT chunks('SELECT count(*) FROM metric WHERE code < 3000000000');
SELECT chunks('SELECT count(*) FROM metric WHERE code = -1');
SELECT chunks('SELECT count(*) FROM metric WHERE code <> 100');
SELECT chunks('SELECT count(*) FROM metric WHERE code = 100 OR code = 3');
SELECT chunks('SELECT count(*) FROM metric WHERE code + 0 = 100');
SELECT chunks('SELECT count(*) FROM metric WHERE code IS NULL');
SELECT chunks('SELECT count(*) FROM metric WHERE seen = ''2024-01-05''');
SELECT chunks('SELECT count(*) FROM metric WHERE at >= ''2025-01-08 12:00+00''');
SELECT chunks('SELECT count(*) FROM metric WHERE small = 4 AND code = 100');
SELECT chunks('SELECT count(*) FROM metric WHERE small = 4 AND code = 10');
SELECT chunks('SELECT count(*) FROM metric WHERE code > 100 AND time < ''2024-01-07''');
SELECT chunks('SELECT time FROM metric WHERE code > 200 ORDER BY time DESC LIMIT 2');
SELECT chunks('SELECT a.code FROM metric a JOIN metric b USING (time) WHERE a.code = 7 AND b.code < 24');
SELECT chunks('SELECT p.code, m.code FROM (VALUES (1), (2)) p (code) LEFT JOIN metric m ON m.code = p.code AND m.code = 1');
SELECT chunks('SELECT (SELECT max(v) FROM metric WHERE code = 50) UNION ALL SELECT v FROM metric WHERE code = 60');
SELECT chunks('SELECT count(*) FROM ONLY metric WHERE code = 50');

-- By the clock: chunks that lie below what it gives now, an hour or two days taken off.
CREATE TABLE arrival (time int NOT NULL, received timestamptz, day date, local timestamp);
SELECT created FROM create_hypertable('arrival', by_range('time', 10));
SELECT count(*) FROM unnest('{received,day,local}'::name[]) c, enable_chunk_skipping('arrival', c);
INSERT INTO arrival SELECT i, at, at::date, at::timestamp FROM generate_series(0, 99) i, LATERAL (SELECT now() - interval '100 days' + i * interval '1 day' AS at) x;
ALTER TABLE arrival SET (tsdb.enable_columnstore, tsdb.segmentby = '');
SELECT count(compress_chunk(c)) FROM show_chunks('arrival') c;
SELECT chunks('SELECT count(*) FROM arrival WHERE received > now() - interval ''45 days 12 hours'' ');
SELECT chunks('SELECT count(*) FROM arrival WHERE now() - interval ''1092 hours'' <= received');
SELECT chunks('SELECT count(*) FROM arrival WHERE day > CURRENT_DATE - interval ''45 days 1 hour'' AND day >= CURRENT_DATE');
SELECT chunks('SELECT count(*) FROM arrival WHERE local > LOCALTIMESTAMP - interval ''45 days 12 hours'' ');
SELECT chunks('SELECT count(*) > 0 FROM arrival WHERE received < now() - interval ''45 days'' ');
SELECT chunks('SELECT count(*) > 0 FROM arrival WHERE received > clock_timestamp() - interval ''45 days'' ');
SET timescaledb.enable_now_constify = off;
SELECT chunks('SELECT count(*) FROM arrival WHERE received > now() - interval ''45 days 12 hours'' ');
RESET timescaledb.enable_now_constify;

-- Statements that write.
EXPLAIN (costs off) DELETE FROM metric WHERE code = 100;
WITH gone AS (DELETE FROM metric WHERE code = 100 RETURNING code) SELECT * FROM gone;
WITH changed AS (UPDATE metric SET v = -1 WHERE code = 77 RETURNING code, v) SELECT * FROM changed;  -- one day is late now
UPDATE metric SET v = -1 WHERE code = 1000;
SELECT chunks('SELECT v FROM metric WHERE code = 77');
SELECT chunks('SELECT v FROM metric WHERE code = 10');

-- A row that comes late is found, by whatever statement it comes, and whoever asks; a rollback leaves what was.
BEGIN;
INSERT INTO metric (time, code) VALUES ('2024-01-01 12:00', 5000);
SELECT chunks('SELECT count(*) FROM metric WHERE code = 5000');
ROLLBACK;
SELECT chunks('SELECT count(*) FROM metric WHERE code = 5000');
BEGIN;
SAVEPOINT s;
INSERT INTO metric (time, code) VALUES ('2024-01-01 12:00', 5000);
ROLLBACK TO s;
INSERT INTO metric (time, code) VALUES ('2024-01-01 12:00', 5001);
COMMIT;
SELECT chunks('SELECT count(*) FROM metric WHERE code = 5001');
COPY metric (time, code) FROM stdin;
2024-01-02 12:00	5002
\.
SELECT chunks('SELECT count(*) FROM metric WHERE code = 5002');
INSERT INTO _timescaledb_internal._hyper_1_3_chunk (time, code) VALUES ('2024-01-03 12:00', 5003);
SELECT chunks('SELECT count(*) FROM metric WHERE code = 5003');
UPDATE metric SET time = time + interval '1 day', code = 5004 WHERE code = 5003;
SELECT chunks('SELECT count(*) FROM metric WHERE code = 5004');
MERGE INTO metric m USING (VALUES (130)) v (code) ON m.code = v.code WHEN MATCHED THEN UPDATE SET code = 5005;
SELECT chunks('SELECT count(*) FROM metric WHERE code = 5005');
SELECT chunks('SELECT count(*) FROM metric WHERE code >= 5000');
SELECT count(*) FROM _timescaledb_catalog.chunk_column_stats WHERE NOT valid;

-- Plans that are kept.
SET plan_cache_mode = force_generic_plan;
PREPARE kept AS SELECT count(*) FROM metric WHERE code = 6000;
EXPLAIN (costs off) EXECUTE kept;
EXECUTE kept;
INSERT INTO metric (time, code) VALUES ('2024-01-07 12:00', 6000);
EXECUTE kept;
DELETE FROM metric WHERE code = 6000;
EXECUTE kept;
PREPARE asked(int) AS SELECT count(*) FROM metric WHERE code = $1;
EXECUTE asked(6000);
SET plan_cache_mode = force_custom_plan;
EXPLAIN (costs off) EXECUTE asked(200);
EXECUTE asked(200);
INSERT INTO metric (time, code) VALUES ('2024-01-09 12:00', 200);
EXECUTE asked(200);
RESET plan_cache_mode;
CREATE FUNCTION asked_again(int) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM metric WHERE code = 6001); END $$;
SELECT asked_again(1);
INSERT INTO metric (time, code) VALUES ('2024-01-10 12:00', 6001);
SELECT asked_again(1);
-- Cursors have all chunks in their plans, as WHERE CURRENT OF needs.
BEGIN;
EXPLAIN (costs off) DECLARE d CURSOR FOR SELECT code FROM metric WHERE time < '2024-01-04' AND code = 3;
DECLARE c CURSOR FOR SELECT code FROM metric WHERE code BETWEEN 2 AND 3 FOR UPDATE;
FETCH c;
UPDATE metric SET v = -2 WHERE CURRENT OF c RETURNING code;
DECLARE e SCROLL CURSOR FOR SELECT code FROM metric WHERE code < 3;
FETCH 2 FROM e;
FETCH BACKWARD 1 FROM e;
DELETE FROM metric WHERE CURRENT OF e RETURNING code;
ROLLBACK;

-- The next conversion knows the late rows.
SET client_min_messages = error;
SELECT count(compress_chunk(c)) FROM show_chunks('metric') c;
SELECT count(*), bool_and(valid) FROM _timescaledb_catalog.chunk_column_stats WHERE chunk_id IS NOT NULL;
SELECT chunks('SELECT count(*) FROM metric WHERE code >= 5000');
SELECT chunks('SELECT count(*) FROM metric WHERE code = 5001');

-- A column that came later, and one that has no values: nothing is known until a conversion.
SELECT * FROM enable_chunk_skipping('metric', 'late');
SELECT chunks('SELECT count(*) FROM metric WHERE late = 1');
SELECT count(compress_chunk(c)) FROM show_chunks('metric') c;
SELECT chunks('SELECT count(*) FROM metric WHERE late = 1');
ALTER TABLE metric ADD added int DEFAULT 3;
SELECT * FROM enable_chunk_skipping('metric', 'added');
SELECT count(compress_chunk(c)) FROM show_chunks('metric') c;
SELECT chunks('SELECT count(*) FROM metric WHERE added = 1');
SELECT count(compress_chunk(c, recompress => true)) FROM show_chunks('metric') c;
SELECT chunks('SELECT count(*) FROM metric WHERE added = 1');
SELECT chunks('SELECT count(*) FROM metric WHERE added = 3 AND code < 30');

-- Columns that are renamed, dropped, given another type.
ALTER TABLE metric RENAME code TO number;
SELECT chunks('SELECT count(*) FROM metric WHERE number = 10');
ALTER TABLE metric DROP COLUMN late;
SELECT column_name FROM _timescaledb_catalog.chunk_column_stats WHERE chunk_id IS NULL ORDER BY id;
ALTER TABLE metric ALTER number TYPE bigint;
SELECT chunks('SELECT count(*) FROM metric WHERE number = 10');
SELECT count(compress_chunk(c)) FROM show_chunks('metric') c;
SELECT chunks('SELECT count(*) FROM metric WHERE number = 10');
ALTER TABLE metric ALTER number TYPE numeric;
SELECT count(compress_chunk(c)) FROM show_chunks('metric') c;
SELECT chunks('SELECT count(*) FROM metric WHERE number = 10');
ALTER TABLE metric ALTER number TYPE int;
SELECT count(compress_chunk(c)) FROM show_chunks('metric') c;
SELECT chunks('SELECT count(*) FROM metric WHERE number = 10');

-- Chunks that are rows again, truncated, rewritten, dropped, merged, split, detached, attached.
SELECT decompress_chunk('_timescaledb_internal._hyper_1_1_chunk');
SELECT chunks('SELECT count(*) FROM metric WHERE number = 100000');
INSERT INTO metric (time, number) VALUES ('2024-01-01 13:00', 100000);
SELECT chunks('SELECT count(*) FROM metric WHERE number = 100000');
ALTER TABLE _timescaledb_internal._hyper_1_2_chunk SET ACCESS METHOD heap;
INSERT INTO metric (time, number) VALUES ('2024-01-02 13:00', 100001);
SELECT chunks('SELECT count(*) FROM metric WHERE number = 100001');
VACUUM FULL _timescaledb_internal._hyper_1_3_chunk;
SELECT chunks('SELECT count(*) FROM metric WHERE number = 100002');
SELECT compress_chunk('_timescaledb_internal._hyper_1_3_chunk');
SELECT chunks('SELECT count(*) FROM metric WHERE number = 100002');
CALL merge_chunks('_timescaledb_internal._hyper_1_4_chunk', '_timescaledb_internal._hyper_1_5_chunk');
SELECT chunks('SELECT count(*) FROM metric WHERE number BETWEEN 80 AND 110');
CALL split_chunk('_timescaledb_internal._hyper_1_4_chunk', '2024-01-05');
SELECT chunks('SELECT count(*) FROM metric WHERE number BETWEEN 80 AND 90');
CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_2_chunk');
SELECT chunks('SELECT count(*) FROM metric WHERE number = 3');
CALL merge_chunks('_timescaledb_internal._hyper_1_1_chunk', '_timescaledb_internal._hyper_1_3_chunk');
SELECT chunks('SELECT count(*) FROM metric WHERE number = 100001');
SELECT chunks('SELECT count(*) FROM metric WHERE number = 200000');
CALL detach_chunk('_timescaledb_internal._hyper_1_6_chunk');
INSERT INTO _timescaledb_internal._hyper_1_6_chunk (time, number) VALUES ('2024-01-06 13:00', 100003);
CALL attach_chunk('metric', '_timescaledb_internal._hyper_1_6_chunk', '{"time": ["2024-01-06", "2024-01-07"]}');
SELECT chunks('SELECT count(*) FROM metric WHERE number = 100003');
TRUNCATE _timescaledb_internal._hyper_1_7_chunk;
INSERT INTO metric (time, number) VALUES ('2024-01-07 13:00', 100004);
SELECT chunks('SELECT count(*) FROM metric WHERE number = 100004');
SELECT count(*) FROM drop_chunks('metric', older_than => timestamptz '2024-01-09');
SELECT count(*) FROM varve_catalog.chunk_range WHERE relation NOT IN (SELECT relation FROM varve_catalog.chunk);

-- Two dimensions: chunks of a slice are skipped, each by itself.
CREATE TABLE wide (time timestamptz NOT NULL, device int, code int);
SELECT create_hypertable('wide', by_range('time', interval '1 day'));
SELECT add_dimension('wide', by_hash('device', 2));
SELECT * FROM enable_chunk_skipping('wide', 'code');
INSERT INTO wide SELECT timestamptz '2024-01-01' + i * interval '1 hour', i % 7, CASE WHEN i % 7 = 1 THEN 1000 ELSE 0 END + i FROM generate_series(0, 71) i;
ALTER TABLE wide SET (tsdb.enable_columnstore);
SELECT count(compress_chunk(c)) FROM show_chunks('wide') c;
SELECT chunks('SELECT count(*) FROM wide WHERE code = 10');
SELECT chunks('SELECT count(*) FROM wide WHERE code > 1000');
INSERT INTO wide VALUES ('2024-01-01 01:00', 1, 9999);
SELECT chunks('SELECT count(*) FROM wide WHERE code = 9999');

-- Switched off.
SELECT * FROM disable_chunk_skipping('wide', 'code');
SELECT disable_chunk_skipping('wide', 'code');
SELECT * FROM disable_chunk_skipping('wide', 'code', if_not_exists => true);
SELECT chunks('SELECT count(*) FROM wide WHERE code = 10');
SELECT count(*) FROM _timescaledb_catalog.chunk_column_stats WHERE hypertable_id = 3;
DROP TABLE wide, metric, arrival;
SELECT (SELECT count(*) FROM varve_catalog.skipped_column), (SELECT count(*) FROM varve_catalog.chunk_range), (SELECT count(*) FROM varve_catalog.chunk_late);
DROP ROLE regress_skip_stranger;
