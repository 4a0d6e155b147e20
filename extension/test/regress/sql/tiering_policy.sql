-- Tiering policies: old chunks move to another tablespace, so many bytes a run. Time stands still at 2024-05-01.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET timescaledb.current_timestamp_mock = '2024-05-01 00:00+00';
SET allow_in_place_tablespaces = true;
CREATE TABLESPACE regress_cold LOCATION '';
CREATE TABLESPACE regress_index LOCATION '';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE VIEW places AS
SELECT c.range_start::date AS day, coalesce(c.chunk_tablespace, 'default') AS chunk,
    (SELECT string_agg(DISTINCT coalesce(t.spcname, 'default'), ', ') FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        LEFT JOIN pg_tablespace t ON t.oid = x.reltablespace WHERE i.indrelid = format('%I.%I', c.chunk_schema, c.chunk_name)::regclass) AS indexes
FROM timescaledb_information.chunks c WHERE c.hypertable_name = 'readings' ORDER BY 1;
CREATE TABLE readings (time timestamptz NOT NULL, device int);
SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
INSERT INTO readings SELECT t, 1 FROM generate_series('2024-04-20', '2024-04-28', interval '12 hours') AS t;

-- What is refused.
SELECT refusal('SELECT add_tiering_policy(''readings'', NULL, ''regress_cold'')');
SELECT refusal('SELECT add_tiering_policy(''readings'', interval ''7 days'', NULL)');
SELECT refusal('SELECT add_tiering_policy(''readings'', 7, ''regress_cold'')');
SELECT refusal('SELECT add_tiering_policy(''readings'', interval ''7 days'', ''regress_nowhere'')');
SELECT refusal('SELECT add_tiering_policy(''readings'', interval ''7 days'', ''pg_global'')');
SELECT refusal('SELECT add_tiering_policy(''readings'', interval ''7 days'', ''regress_cold'', max_bytes => 0)');
SELECT refusal('SELECT add_tiering_policy(''places'', interval ''7 days'', ''regress_cold'')');
SELECT refusal('SELECT remove_tiering_policy(''readings'')');
SELECT remove_tiering_policy('readings', if_exists => true);
CREATE ROLE regress_tiering_other LOGIN;
SET ROLE regress_tiering_other;
SELECT refusal('SELECT add_tiering_policy(''readings'', interval ''7 days'', ''regress_cold'')');
RESET ROLE;

-- One chunk a run where the limit is small; more where it is not; then nothing.
SELECT add_tiering_policy('readings', interval '7 days', 'regress_cold', max_bytes => 1, initial_start => '2100-01-01') AS job \gset
SELECT application_name, proc_name, schedule_interval, config, check_name FROM timescaledb_information.jobs WHERE job_id = :job;
SELECT add_tiering_policy('readings', interval '7 days', 'regress_cold', max_bytes => 1, if_not_exists => true);
SELECT action, relation, range_start, bytes > 0 AS bytes, locks, note FROM explain_policy(:job);
CALL run_job(:job);
SELECT * FROM places;
SELECT config FROM alter_job(:job, config_merge => '{"max_bytes": 100000000}');
CALL run_job(:job);
SELECT * FROM places;
SELECT count(*) FROM explain_policy(:job);
CALL run_job(:job);
SELECT count(*), min(time), max(time) FROM readings;

-- Indexes elsewhere: what is half there moves, too.
SELECT config FROM alter_job(:job, config_merge => '{"index_tablespace": "regress_index"}');
CALL run_job(:job);
SELECT * FROM places WHERE day = '2024-04-20';
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"tablespace": "regress_nowhere"}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"max_bytes": -1}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"older_than": null}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"hypertable_id": 4711}'')', :job));

-- As its owner, who needs the right to use the tablespace.
SELECT remove_tiering_policy('readings');
ALTER TABLE readings OWNER TO regress_tiering_other;
SET ROLE regress_tiering_other;
SELECT refusal('SELECT add_tiering_policy(''readings'', interval ''7 days'', ''regress_cold'')');
SELECT add_tiering_policy('readings', interval '7 days', 'pg_default', initial_start => '2100-01-01') AS job \gset
SELECT config FROM timescaledb_information.jobs WHERE job_id = :job;
CALL run_job(:job);
RESET ROLE;
SELECT DISTINCT chunk, indexes FROM places;
DROP TABLE readings CASCADE;
SELECT count(*) FROM timescaledb_information.jobs WHERE job_id = :job;

-- Results of an aggregate; integers.
CREATE TABLE counters (n int NOT NULL, v int);
SELECT create_hypertable('counters', 'n', chunk_time_interval => 10);
INSERT INTO counters SELECT n, n FROM generate_series(0, 399, 4) n;
SELECT refusal('SELECT add_tiering_policy(''counters'', 10, ''regress_cold'')');
CREATE FUNCTION present() RETURNS int LANGUAGE sql STABLE AS 'SELECT 400';
SELECT set_integer_now_func('counters', 'present');
CREATE MATERIALIZED VIEW hundreds WITH (timescaledb.continuous) AS
SELECT time_bucket(100, n) AS hundred, sum(v) FROM counters GROUP BY 1;
SELECT add_tiering_policy('hundreds', 10, 'regress_cold', initial_start => '2100-01-01') AS upper, add_tiering_policy('counters', 350, 'regress_cold', initial_start => '2100-01-01') AS lower \gset
CALL run_job(:upper);
CALL run_job(:lower);
SELECT range_start_integer, chunk_tablespace, hypertable_name = 'counters' AS raw FROM timescaledb_information.chunks WHERE range_start_integer < 60 OR hypertable_name <> 'counters' ORDER BY 3, 1;
SELECT * FROM hundreds ORDER BY 1;
DROP TABLE counters CASCADE;
DROP TABLESPACE regress_cold;
DROP TABLESPACE regress_index;
DROP ROLE regress_tiering_other;
