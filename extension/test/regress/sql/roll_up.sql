-- Chunks in columns are rolled up: compress_chunk_time_interval, by functions, procedures and policies. No row is lost, and none moves.
SET timezone = 'UTC';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE TABLE m (time timestamptz NOT NULL, device int, v float8, UNIQUE (device, time));
SELECT created FROM create_hypertable('m', by_range('time', interval '1 day'));
INSERT INTO m SELECT t, d, d FROM generate_series(timestamptz '2024-01-01', '2024-01-10 23:00', '1 hour') t, generate_series(1, 3) d;
CREATE TABLE plain AS TABLE m;
CREATE VIEW chunk AS SELECT chunk_name, range_end - range_start AS length, is_compressed AS columns,
    (SELECT columnar_rows FROM varve_catalog.columnar_chunk e JOIN varve_catalog.chunk c ON c.id = e.chunk_id JOIN pg_class r ON r.oid = c.relation WHERE r.relname = chunk_name) AS rows,
    (SELECT row_groups FROM varve_catalog.columnar_chunk e JOIN varve_catalog.chunk c ON c.id = e.chunk_id JOIN pg_class r ON r.oid = c.relation WHERE r.relname = chunk_name) AS groups
    FROM timescaledb_information.chunks WHERE hypertable_name = 'm' ORDER BY range_start;
CREATE FUNCTION differences() RETURNS bigint LANGUAGE sql AS $$
SELECT (SELECT count(*) FROM (TABLE m EXCEPT ALL TABLE plain) d) + (SELECT count(*) FROM (TABLE plain EXCEPT ALL TABLE m) d) $$;

\echo -- the option
SELECT refusal($$ALTER TABLE m SET (tsdb.compress_chunk_time_interval = '3 days')$$);
ALTER TABLE m SET (tsdb.enable_columnstore, tsdb.segmentby = 'device', timescaledb.compress_chunk_interval = '4 days');
SELECT option, refusal(format('ALTER TABLE m SET (%s)', option)) FROM unnest(ARRAY[
    $$tsdb.compress_chunk_time_interval = '36 hours'$$, $$tsdb.compress_chunk_time_interval = '0'$$, $$tsdb.compress_chunk_time_interval = '-1 day'$$, $$tsdb.compress_chunk_time_interval = 'week'$$,
    $$tsdb.compress_chunk_time_interval = '1 day', tsdb.compress_chunk_interval = '1 day'$$, $$tsdb.compress_chunk_time_interval = '1 day'$$, $$tsdb.compress_chunk_time_interval = '1 month'$$]) option;
SELECT compress_interval_length FROM timescaledb_information.hypertable_columnstore_settings;
ALTER TABLE m RESET (tsdb.compress_chunk_interval);
SELECT compress_interval_length FROM timescaledb_information.hypertable_columnstore_settings;
ALTER TABLE m SET (tsdb.compress_chunk_time_interval = '3 days', tsdb.orderby = 'v, time');
ALTER TABLE m SET (tsdb.orderby = 'time DESC');

\echo -- each chunk is put together with those before it, until they are three days
SELECT compress_chunk(c) FROM show_chunks('m', older_than => timestamptz '2024-01-06') c;
TABLE chunk;
SELECT differences();
-- Rows that come late lie beside the columns; a conversion takes them, and the next chunk as well.
INSERT INTO m VALUES ('2024-01-05 12:30', 9, 9), ('2024-01-06 12:30', 9, 9); INSERT INTO plain VALUES ('2024-01-05 12:30', 9, 9), ('2024-01-06 12:30', 9, 9);
DELETE FROM m WHERE time = '2024-01-04 05:00'; DELETE FROM plain WHERE time = '2024-01-04 05:00';
CALL convert_to_columnstore('_timescaledb_internal._hyper_1_6_chunk');
TABLE chunk;
SELECT differences();
CALL recompress_chunk('_timescaledb_internal._hyper_1_4_chunk');
TABLE chunk;
SELECT refusal($$INSERT INTO m VALUES ('2024-01-06 12:00', 1, 1)$$), refusal($$INSERT INTO m VALUES ('2024-01-02 12:00', 1, 1)$$);
-- What has been rolled up can become rows, which are not put together with others, nor is what is frozen, or has a gap before it.
SELECT decompress_chunk('_timescaledb_internal._hyper_1_4_chunk');
SELECT compress_chunk('_timescaledb_internal._hyper_1_7_chunk');
SELECT drop_chunks('m', newer_than => timestamptz '2024-01-08', older_than => timestamptz '2024-01-09'); DELETE FROM plain WHERE time >= '2024-01-08' AND time < '2024-01-09';
SELECT compress_chunk('_timescaledb_internal._hyper_1_9_chunk');
TABLE chunk;
SELECT _timescaledb_functions.freeze_chunk('_timescaledb_internal._hyper_1_9_chunk');
SELECT compress_chunk('_timescaledb_internal._hyper_1_10_chunk');
SELECT _timescaledb_functions.unfreeze_chunk('_timescaledb_internal._hyper_1_9_chunk');
TABLE chunk;
-- One that is in columns already is rolled up as well. A rollback leaves what was.
BEGIN;
SELECT compress_chunk('_timescaledb_internal._hyper_1_10_chunk');
TABLE chunk;
ROLLBACK;
TABLE chunk;
SELECT differences();

\echo -- by a policy, in transactions of its own, oldest first
SELECT decompress_chunk(c) FROM show_chunks('m') c;
SELECT add_columnstore_policy_id FROM (SELECT add_compression_policy('m', compress_after => interval '1 day', initial_start => '2100-01-01') AS add_columnstore_policy_id) p \gset
CALL run_job(:add_columnstore_policy_id);
TABLE chunk;
SELECT differences();
CALL run_job(:add_columnstore_policy_id);
TABLE chunk;

\echo -- integers, and a second dimension
CREATE TABLE i (n bigint NOT NULL, v int);
SELECT created FROM create_hypertable('i', by_range('n', 10));
INSERT INTO i SELECT g, g FROM generate_series(-5, 49) g;
ALTER TABLE i SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.compress_chunk_time_interval = '20');
SELECT refusal($$ALTER TABLE i SET (tsdb.compress_chunk_time_interval = '25')$$), refusal($$ALTER TABLE i SET (tsdb.compress_chunk_time_interval = '1 day')$$);
SELECT compress_interval_length FROM timescaledb_information.hypertable_columnstore_settings WHERE hypertable = 'i'::regclass;
SELECT count(compress_chunk(c)) FROM show_chunks('i') c;
SELECT range_start_integer, range_end_integer, is_compressed FROM timescaledb_information.chunks WHERE hypertable_name = 'i' ORDER BY 1;
SELECT count(*), sum(v) FROM i;
CREATE TABLE s (n bigint NOT NULL, v int NOT NULL);
SELECT created FROM create_hypertable('s', by_range('n', 10));
ALTER TABLE s SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.compress_chunk_interval = '30');
SELECT created FROM add_dimension('s', by_hash('v', 2));
SELECT refusal($$ALTER TABLE s SET (tsdb.compress_chunk_time_interval = '20')$$);
INSERT INTO s SELECT g, g FROM generate_series(0, 39) g;
SELECT count(compress_chunk(c)) FROM show_chunks('s') c;
SELECT count(*) FROM show_chunks('s');

\echo -- larger ones keep their row groups
CREATE TABLE l (n bigint NOT NULL, v int);
SELECT created FROM create_hypertable('l', by_range('n', 50000));
INSERT INTO l SELECT g, g FROM generate_series(0, 99999) g;
ALTER TABLE l SET (tsdb.enable_columnstore, tsdb.segmentby = '', tsdb.compress_chunk_interval = '100000');
SELECT compress_chunk(c) FROM show_chunks('l') c;
SELECT columnar_rows, row_groups FROM varve_catalog.columnar_chunk e JOIN varve_catalog.chunk c ON c.id = e.chunk_id WHERE c.relation IN (SELECT show_chunks('l'));
SELECT count(*), sum(n) FROM l;
DROP TABLE m, plain, i, s, l CASCADE;
