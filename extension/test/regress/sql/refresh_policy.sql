-- Refresh policies of continuous aggregates: arguments, overlaps, what a run refreshes, the view of them, and the
-- retention of an aggregate. Time stands still at 2024-05-10 12:00 UTC.
\set ON_ERROR_STOP 0
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET timescaledb.current_timestamp_mock = '2024-05-10 12:00+00';
\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE TABLE readings (time timestamptz NOT NULL, value int);
SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
INSERT INTO readings SELECT t, 1 FROM generate_series('2024-05-01', '2024-05-10 11:00', interval '1 hour') AS t;
CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
SELECT time_bucket('1 day', time) AS day, sum(value) AS total FROM readings GROUP BY 1 WITH NO DATA;

-- What is refused.
SELECT refusal('SELECT add_continuous_aggregate_policy(''readings'', interval ''7 days'', interval ''1 hour'', interval ''1 hour'')');
SELECT refusal('SELECT add_continuous_aggregate_policy(NULL, interval ''7 days'', interval ''1 hour'', interval ''1 hour'')');
SELECT refusal('SELECT add_continuous_aggregate_policy(''daily'', interval ''7 days'', interval ''1 hour'', NULL)');
SELECT refusal('SELECT add_continuous_aggregate_policy(''daily'', interval ''7 days'', interval ''1 hour'', interval ''0'')');
SELECT refusal('SELECT add_continuous_aggregate_policy(''daily'', interval ''1 day'', interval ''1 hour'', interval ''1 hour'')');
SELECT refusal('SELECT add_continuous_aggregate_policy(''daily'', interval ''1 hour'', interval ''7 days'', interval ''1 hour'')');
SELECT refusal('SELECT add_continuous_aggregate_policy(''daily'', 7, interval ''1 hour'', interval ''1 hour'')');
SELECT refusal('SELECT add_continuous_aggregate_policy(''daily'', interval ''7 days'', now(), interval ''1 hour'')');
SELECT refusal('SELECT add_continuous_aggregate_policy(''daily'', NULL, NULL, interval ''1 hour'', buckets_per_batch => -1)');
SELECT refusal('SELECT add_reorder_policy(''daily'', ''daily_day_idx'')');
SELECT refusal('SELECT remove_continuous_aggregate_policy(''daily'')');
SELECT remove_continuous_aggregate_policy('daily', if_exists => true);

-- One policy for the last days, one for all before them.
SELECT add_continuous_aggregate_policy('daily', interval '3 days', interval '1 hour', interval '1 hour', initial_start => '2100-01-01') AS recent \gset
SELECT refusal('SELECT add_continuous_aggregate_policy(''daily'', interval ''3 days'', interval ''1 hour'', interval ''1 hour'')');
SELECT refusal('SELECT add_continuous_aggregate_policy(''daily'', interval ''7 days'', interval ''2 hours'', interval ''1 hour'')');
SELECT add_continuous_aggregate_policy('daily', interval '3 days', interval '1 hour', interval '1 hour', if_not_exists => true);
SELECT add_continuous_aggregate_policy('daily', interval '7 days', interval '1 hour', interval '1 hour', if_not_exists => true);
SELECT add_continuous_aggregate_policy('daily', NULL, '3 days', '1 day', initial_start => '2100-01-01', buckets_per_batch => 2, refresh_newest_first => false) AS older \gset
SELECT job_id, application_name, schedule_interval, proc_name, config, hypertable_name, check_name
FROM timescaledb_information.jobs WHERE job_id >= 1000 ORDER BY job_id;
SELECT view_name, start_offset, end_offset, schedule_interval, watermark, lag, state FROM timescaledb_information.continuous_aggregate_policies ORDER BY job_id;
SELECT action, relation, range_start, range_end FROM explain_policy(:recent);
SELECT action, relation, range_start, range_end FROM explain_policy(:older);

-- Whole buckets of the window alone are refreshed.
CALL run_job(:recent);
SELECT * FROM daily ORDER BY day;
CALL run_job(:older);
SELECT * FROM daily ORDER BY day;
SELECT DISTINCT watermark, lag FROM timescaledb_information.continuous_aggregate_policies;
UPDATE readings SET value = 2 WHERE time < '2024-05-03' OR time >= '2024-05-09';
CALL run_job(:recent);
SELECT count(*) FILTER (WHERE total > 24) AS changed FROM daily;
CALL run_job(:older);
SELECT count(*) FILTER (WHERE total > 24) AS changed FROM daily;
SELECT count(*) FROM verify_continuous_aggregate('daily', NULL, '2024-05-10');
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"mat_hypertable_id": 1}'')', :recent));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"start_offset": "x"}'')', :recent));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"buckets_per_batch": -1}'')', :recent));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"refresh_newest_first": 1}'')', :recent));
SELECT application_name FROM timescaledb_information.job_stats WHERE application_name LIKE '%continuous_aggregate%' ORDER BY job_id;

-- Retention of the aggregate is its own, and that of the rows leaves it as it is.
SELECT mat.relname AS materialization FROM varve_catalog.continuous_aggregate a JOIN pg_class mat ON mat.oid = a.materialization \gset
SELECT refusal(format('SELECT add_retention_policy(%L, interval ''1 day'')', '_timescaledb_internal.' || :'materialization'));
SELECT add_retention_policy('readings', interval '4 days', initial_start => '2100-01-01') AS raw \gset
SELECT add_retention_policy('daily', interval '1 year', initial_start => '2100-01-01') AS own \gset
CALL run_job(:raw);
CALL run_job(:own);
CALL run_job(:older);
SELECT count(*), min(day) FROM daily;
SELECT min(time) FROM readings;
SET timescaledb.current_timestamp_mock = '2026-05-10 12:00+00';
CALL run_job(:own);
SELECT count(*) FROM daily;
SET timescaledb.current_timestamp_mock = '';

-- By itself.
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
SELECT time_bucket('1 hour', time) AS hour, sum(value) AS total FROM readings GROUP BY 1 WITH NO DATA;
SELECT add_continuous_aggregate_policy('hourly', NULL, interval '1 hour', interval '1 hour') AS job \gset
DO $$
BEGIN
    FOR i IN 1 .. 3000 LOOP
        EXIT WHEN EXISTS (SELECT FROM timescaledb_information.job_history WHERE finish_time IS NOT NULL);
        PERFORM pg_sleep(0.01);
        COMMIT;
    END LOOP;
END $$;
SELECT outcome, err_message, result ? 'end' AS reported FROM timescaledb_information.job_history WHERE job_id = :job;
SELECT count(*) = (SELECT count(*) FROM readings) AS complete FROM hourly;

-- Integers, by the clock of the table below.
CREATE TABLE counters (n int NOT NULL, value int);
SELECT create_hypertable('counters', 'n', chunk_time_interval => 10);
CREATE FUNCTION present() RETURNS int LANGUAGE sql STABLE AS 'SELECT max(n) FROM counters';
SELECT set_integer_now_func('counters', 'present');
INSERT INTO counters SELECT n, 1 FROM generate_series(0, 99) AS n;
CREATE MATERIALIZED VIEW tens WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
SELECT time_bucket(10, n) AS ten, sum(value) AS total FROM counters GROUP BY 1 WITH NO DATA;
SELECT refusal('SELECT add_continuous_aggregate_policy(''tens'', interval ''7 days'', interval ''1 hour'', interval ''1 hour'')');
SELECT add_continuous_aggregate_policy('tens', 50, 9, interval '1 hour', initial_start => '2100-01-01') AS job \gset
SELECT config FROM timescaledb_information.jobs WHERE job_id = :job;
SELECT refusal('SELECT add_continuous_aggregate_policy(''tens'', 40, 5, interval ''1 hour'')');
CALL run_job(:job);
SELECT * FROM tens ORDER BY ten;
SELECT start_offset, end_offset, watermark, watermark_integer FROM timescaledb_information.continuous_aggregate_policies WHERE view_name = 'tens';

-- Policies go with the aggregate.
DROP MATERIALIZED VIEW daily;
DROP MATERIALIZED VIEW hourly;
SELECT remove_continuous_aggregate_policy('tens');
SELECT proc_name, hypertable_name FROM timescaledb_information.jobs WHERE job_id >= 1000;
