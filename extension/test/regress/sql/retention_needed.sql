-- Retention asks the continuous aggregates of a hypertable: what they have yet to compute stays, the run and
-- explain_policy() say why, and a policy may be told to drop it all the same. Time stands still at 2024-05-20.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET timescaledb.current_timestamp_mock = '2024-05-20 00:00+00';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers

CREATE TABLE readings (time timestamptz NOT NULL, value int);
SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
INSERT INTO readings SELECT t, 1 FROM generate_series('2024-05-01', '2024-05-05 23:00', interval '1 hour') AS t;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous) AS
SELECT time_bucket('1 day', time) AS day, sum(value) AS total FROM readings GROUP BY 1 WITH NO DATA;
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS
SELECT time_bucket('1 hour', time) AS hour, sum(value) AS total FROM readings GROUP BY 1 WITH NO DATA;
SELECT add_retention_policy('readings', interval '7 days', initial_start => '2100-01-01') AS job \gset

-- Nothing has been computed: nothing goes.
SELECT action, relation, note FROM explain_policy(:job);
CALL run_job(:job);
SELECT count(*) FROM show_chunks('readings');

-- Each aggregate needs what it lacks. What both have goes, and the rest is listed with reasons.
CALL refresh_continuous_aggregate('daily', NULL, '2024-05-03');
CALL refresh_continuous_aggregate('hourly', NULL, '2024-05-02 12:00');
SELECT action, range_start, note FROM explain_policy(:job);
\set VERBOSITY default
CALL run_job(:job);
\set VERBOSITY terse
SELECT range_start FROM timescaledb_information.chunks WHERE hypertable_name = 'readings' ORDER BY 1;

-- A late row makes a bucket of a chunk stale again, and so does a row that was deleted.
CALL refresh_continuous_aggregate('daily', NULL, NULL);
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
INSERT INTO readings VALUES ('2024-05-03 01:30', 5);
DELETE FROM readings WHERE time = '2024-05-05 23:00';
SELECT action, range_start, note FROM explain_policy(:job);
CALL run_job(:job);
SELECT range_start FROM timescaledb_information.chunks WHERE hypertable_name = 'readings' ORDER BY 1;
-- The end of a chunk that has no rows is not waited for: nothing is there to be computed.
CALL refresh_continuous_aggregate('daily', NULL, NULL);
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT max(watermark) FROM timescaledb_information.continuous_aggregates WHERE view_name = 'hourly';
INSERT INTO readings VALUES ('2024-05-07 01:30', 5);
CALL refresh_continuous_aggregate('daily', NULL, NULL);
CALL refresh_continuous_aggregate('hourly', NULL, NULL);
SELECT action, range_start, note FROM explain_policy(:job);
CALL run_job(:job);
SELECT count(*) FROM show_chunks('readings');
SELECT sum(total), (SELECT sum(total) FROM hourly) AS hourly FROM daily;
SELECT count(*) FROM verify_continuous_aggregate('daily') WHERE reason = 'unexplained';

-- A policy may drop what is needed.
INSERT INTO readings VALUES ('2024-05-08 01:30', 5), ('2024-05-09 01:30', 5);
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"drop_needed": "perhaps"}'')', :job));
SELECT config FROM alter_job(:job, config_merge => '{"drop_needed": true}');
SELECT action, range_start, note FROM explain_policy(:job);
CALL run_job(:job);
SELECT count(*) FROM show_chunks('readings');

-- An aggregate of an aggregate needs the results of that one.
CREATE MATERIALIZED VIEW weekly WITH (timescaledb.continuous) AS
SELECT time_bucket('7 days', day) AS week, sum(total) AS total FROM daily GROUP BY 1 WITH NO DATA;
SELECT add_retention_policy('daily', interval '1 day', initial_start => '2100-01-01') AS upper \gset
SET timescaledb.current_timestamp_mock = '2025-05-20 00:00+00';
SELECT action, note FROM explain_policy(:upper);
CALL run_job(:upper);
CALL refresh_continuous_aggregate('weekly', NULL, NULL);
CALL run_job(:upper);
SELECT count(*) FROM daily;
SELECT sum(total) FROM weekly;

-- Whoever may not read the rows is told what may be needed.
INSERT INTO readings VALUES ('2024-06-08 01:30', 5);
SELECT config FROM alter_job(:job, config_merge => '{"drop_needed": false}');
CREATE ROLE regress_retention_stranger;
SET ROLE regress_retention_stranger;
SELECT action, note FROM explain_policy(:job);
RESET ROLE;
DROP ROLE regress_retention_stranger;

-- Every type of time.
CREATE TABLE days (day date NOT NULL, v int);
CREATE TABLE stamps (time timestamp NOT NULL, v int);
CREATE TABLE counters (n smallint NOT NULL, v int);
SELECT create_hypertable('days', 'day', chunk_time_interval => interval '1 day');
SELECT create_hypertable('stamps', 'time', chunk_time_interval => interval '1 day');
SELECT create_hypertable('counters', 'n', chunk_time_interval => 10);
INSERT INTO days SELECT d, 1 FROM generate_series('2024-04-20', '2024-04-23', interval '1 day') AS d;
INSERT INTO stamps SELECT d, 1 FROM generate_series('2024-04-20', '2024-04-23', interval '1 day') AS d;
INSERT INTO counters SELECT n, 1 FROM generate_series(0, 35, 5) AS n;
CREATE FUNCTION present() RETURNS smallint LANGUAGE sql STABLE AS 'SELECT 1000::smallint';
SELECT set_integer_now_func('counters', 'present');
CREATE MATERIALIZED VIEW of_days WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', day) AS b, sum(v) FROM days GROUP BY 1 WITH NO DATA;
CREATE MATERIALIZED VIEW of_stamps WITH (timescaledb.continuous) AS SELECT time_bucket('1 day', time) AS b, sum(v) FROM stamps GROUP BY 1 WITH NO DATA;
CREATE MATERIALIZED VIEW of_counters WITH (timescaledb.continuous) AS SELECT time_bucket(5::smallint, n) AS b, sum(v) FROM counters GROUP BY 1 WITH NO DATA;
CALL refresh_continuous_aggregate('of_days', NULL, '2024-04-22'::date);
CALL refresh_continuous_aggregate('of_stamps', NULL, '2024-04-22'::timestamp);
CALL refresh_continuous_aggregate('of_counters', NULL, 20::smallint);
SELECT add_retention_policy('days', interval '1 day', initial_start => '2100-01-01') AS days,
    add_retention_policy('stamps', interval '1 day', initial_start => '2100-01-01') AS stamps,
    add_retention_policy('counters', 100, initial_start => '2100-01-01') AS counters \gset
SELECT action, range_start, note FROM explain_policy(:days);
SELECT action, range_start, note FROM explain_policy(:stamps);
SELECT action, range_start, note FROM explain_policy(:counters);
