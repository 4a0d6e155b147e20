-- Columnstore policies: chunks that are old enough become columns. Time stands still at 2024-05-01.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET timescaledb.current_timestamp_mock = '2024-05-01 00:00+00';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE VIEW states AS
SELECT c.range_start::date AS day, c.is_compressed FROM timescaledb_information.chunks c WHERE c.hypertable_name = 'readings' ORDER BY 1;
CREATE TABLE readings (time timestamptz NOT NULL, device int, v float8);
SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
INSERT INTO readings SELECT t, d, d FROM generate_series('2024-04-20', '2024-04-29', interval '1 hour') AS t, generate_series(1, 3) d;
CREATE TABLE expected AS SELECT * FROM readings;

-- What is refused.
SELECT refusal('SELECT add_compression_policy(''readings'', interval ''7 days'')');
SELECT refusal('CALL add_columnstore_policy(''readings'', interval ''7 days'')');
ALTER TABLE readings SET (timescaledb.compress, timescaledb.compress_segmentby = 'device');
SELECT refusal('SELECT add_compression_policy(''readings'')');
SELECT refusal('SELECT add_compression_policy(''readings'', interval ''7 days'', compress_created_before => interval ''1 day'')');
SELECT refusal('SELECT add_compression_policy(''readings'', 7)');
SELECT refusal('SELECT add_compression_policy(''states'', interval ''7 days'')');
SELECT refusal('SELECT add_compression_policy(NULL, interval ''7 days'')');
SELECT refusal('SELECT remove_compression_policy(''readings'')');
SELECT remove_compression_policy('readings', if_exists => true);

-- Old chunks become columns, and what they hold does not change.
SELECT add_compression_policy('readings', interval '7 days', initial_start => '2100-01-01') AS job \gset
SELECT application_name, proc_name, schedule_interval, config, check_name FROM timescaledb_information.jobs WHERE job_id = :job;
SELECT application_name LIKE '%compression%' AS found FROM timescaledb_information.job_stats WHERE job_id = :job;
SELECT add_compression_policy('readings', interval '7 days', if_not_exists => true);
SELECT add_compression_policy('readings', interval '8 days', if_not_exists => true);
SELECT refusal('SELECT add_compression_policy(''readings'', interval ''7 days'')');
SELECT action, range_start, bytes > 0 AS bytes, locks, note FROM explain_policy(:job);
CALL run_job(:job);
SELECT * FROM states;
SELECT count(*), count(*) FILTER (WHERE e IS NULL OR r IS NULL) AS different FROM readings r FULL JOIN expected e USING (time, device, v);
SELECT count(*) FROM explain_policy(:job);

-- Rows that come later join them with the next run.
INSERT INTO readings VALUES ('2024-04-21 00:30+00', 1, 1);
SELECT action, range_start, note FROM explain_policy(:job);
CALL run_job(:job);
SELECT count(*) FROM explain_policy(:job);
SELECT count(*), sum(v) FROM readings WHERE time < '2024-04-22';
-- So do rows that are deleted from columns leave them, where they are more than one in 64.
DELETE FROM readings WHERE time = '2024-04-22 01:00+00' AND device = 1;
SELECT count(*) FROM explain_policy(:job);
DELETE FROM readings WHERE time < '2024-04-22 03:00+00' AND time >= '2024-04-22' AND device = 1;
SELECT action, range_start FROM explain_policy(:job);
SELECT c.range_start::date AS day, k.columnar_rows FROM timescaledb_information.chunks c
    JOIN varve_catalog.columnar_chunk k ON k.chunk_id = substring(c.chunk_name FROM '_hyper_[0-9]+_([0-9]+)_chunk')::int WHERE c.range_start = '2024-04-22';
CALL run_job(:job);
SELECT c.range_start::date AS day, k.columnar_rows FROM timescaledb_information.chunks c
    JOIN varve_catalog.columnar_chunk k ON k.chunk_id = substring(c.chunk_name FROM '_hyper_[0-9]+_([0-9]+)_chunk')::int WHERE c.range_start = '2024-04-22';
SELECT count(*) FROM explain_policy(:job);
-- Not for as long as the deletion may be undone; and no other table has any.
BEGIN;
DELETE FROM readings WHERE time < '2024-04-22' AND time >= '2024-04-21';
SELECT count(*) FROM explain_policy(:job);
ROLLBACK;
SELECT varve_catalog.has_dead_columnar_rows('expected'), varve_catalog.has_dead_columnar_rows(0), varve_catalog.has_dead_columnar_rows('readings'),
    varve_catalog.has_dead_columnar_rows('pg_class');
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"compress_after": null}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"compress_after": "soon"}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"hypertable_id": 4711}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"maxchunks_to_compress": -1}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"recompress": "perhaps"}'')', :job));
SELECT remove_compression_policy('readings');

-- By age of chunks; in the words of the procedures; integers.
CALL add_columnstore_policy('readings', created_before => interval '1 day', initial_start => '2100-01-01');
SELECT schedule_interval, config - 'hypertable_id' AS config FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression';
CALL remove_columnstore_policy('readings');
CALL remove_columnstore_policy('readings', if_exists => true);
CREATE TABLE counters (n int NOT NULL, v int);
SELECT create_hypertable('counters', 'n', chunk_time_interval => 10);
INSERT INTO counters SELECT n, n FROM generate_series(0, 99) n;
ALTER TABLE counters SET (tsdb.enable_columnstore);
SELECT refusal('CALL add_columnstore_policy(''counters'', 10)');
CREATE FUNCTION present() RETURNS int LANGUAGE sql STABLE AS 'SELECT 100';
SELECT set_integer_now_func('counters', 'present');
SELECT add_compression_policy('counters', 30, initial_start => '2100-01-01') AS job \gset
SELECT schedule_interval, config - 'hypertable_id' AS config FROM timescaledb_information.jobs WHERE job_id = :job;
-- So many in a run; those in columns already, to which rows have come, only if they are wanted.
SELECT config -> 'maxchunks_to_compress' AS at_most FROM alter_job(:job, config_merge => '{"maxchunks_to_compress": 3, "recompress": false}');
SELECT count(*) FROM explain_policy(:job);
CALL run_job(:job);
SELECT count(*) FILTER (WHERE is_compressed) AS columnar, count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'counters';
INSERT INTO counters VALUES (5, 0);
SELECT range_start FROM explain_policy(:job);
SELECT config -> 'maxchunks_to_compress' AS at_most FROM alter_job(:job, config_merge => '{"maxchunks_to_compress": 0, "recompress": true}');
SELECT count(*) FROM explain_policy(:job);
CALL run_job(:job);
SELECT count(*) FILTER (WHERE is_compressed) AS columnar, count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'counters';
SELECT count(*), sum(v) FROM counters;
-- A frozen chunk stays as it is; what goes wrong with one chunk, whatever it is, does not hold up those behind it.
SELECT _timescaledb_functions.freeze_chunk(c) FROM (SELECT c FROM show_chunks('counters') c OFFSET 7 LIMIT 1) o;
CREATE FUNCTION checked(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN n; END $$;
CREATE INDEX counters_checked ON counters (checked(v));
ALTER TABLE counters SET (tsdb.full_indexes = 'counters_checked');
CREATE OR REPLACE FUNCTION checked(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF n = 85 THEN RAISE 'not %', n; END IF; RETURN n; END $$;
SELECT (alter_job(:job, config_merge => '{"compress_after": 0}')).config - 'hypertable_id' AS config;
SELECT action, range_start FROM explain_policy(:job);
\set VERBOSITY default
\set SHOW_CONTEXT never
CALL run_job(:job);
\set VERBOSITY terse
SELECT range_start_integer, is_compressed FROM timescaledb_information.chunks WHERE hypertable_name = 'counters' AND range_start_integer >= 60 ORDER BY 1;
DROP TABLE counters, readings CASCADE;
SELECT count(*) FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression';
