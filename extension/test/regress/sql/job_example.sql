-- What docs/jobs.md and docs/policies.md show, with what it gives.
SET timezone = 'UTC';
CREATE TABLE measurement (time timestamptz NOT NULL, device int, value float8);
SELECT create_hypertable('measurement', by_range('time', interval '1 day'));

CREATE TABLE daily_total (day date PRIMARY KEY, rows bigint);
CREATE PROCEDURE count_rows(job_id integer, config jsonb) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO daily_total SELECT current_date, count(*) FROM measurement
    ON CONFLICT (day) DO UPDATE SET rows = excluded.rows;
    COMMIT;
    PERFORM _timescaledb_functions.report_run(jsonb_build_object('day', current_date));
END $$;
SELECT add_job('count_rows', '1 day', initial_start => '2024-01-01 03:00 Europe/Berlin', timezone => 'Europe/Berlin', job_name => 'totals');
DO $$
BEGIN
    FOR i IN 1 .. 3000 LOOP
        EXIT WHEN EXISTS (SELECT FROM timescaledb_information.job_stats WHERE job_id = 1000 AND total_runs = 1 AND state = 'scheduled');
        PERFORM pg_sleep(0.01);
        COMMIT;
    END LOOP;
END $$;
SELECT application_name, state, reason, extract(hour FROM next_start AT TIME ZONE 'Europe/Berlin') AS hour
FROM timescaledb_information.job_stats WHERE job_id = 1000;
SELECT rows FROM daily_total;
-- More than a hundred days were missed.
SELECT missed > 100 AS missed, result IS NOT NULL AS reported, wait_reason FROM timescaledb_information.job_history WHERE job_id = 1000;
SELECT delete_job(1000);

SELECT add_retention_policy('measurement', interval '2 years');
SELECT application_name, state IN ('scheduled', 'running', 'waiting') AS is_well
FROM timescaledb_information.job_stats WHERE application_name LIKE '%retention%' AND job_id > 1000;
SELECT action, range_start, range_end, bytes, note FROM explain_policy(1001);

SET timescaledb.current_timestamp_mock = '2000-01-01 00:00+00';  -- nothing of what follows runs by itself
CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS SELECT time_bucket('1 hour', time) AS hour, avg(value) FROM measurement GROUP BY 1 WITH NO DATA;
SELECT timescaledb_experimental.add_policies('hourly', refresh_start_offset => interval '3 days', refresh_end_offset => interval '1 hour', drop_after => interval '2 years');
SELECT timescaledb_experimental.show_policies('hourly');
SELECT timescaledb_experimental.alter_policies('hourly', drop_after => interval '5 years');
SELECT timescaledb_experimental.remove_policies('hourly', false, 'policy_retention');
