-- Retention policies: what they accept and refuse, what they drop, how they get by with locks and references.
-- Time stands still at 2024-05-01 12:00 UTC.
\set ON_ERROR_STOP 0
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET timescaledb.current_timestamp_mock = '2024-05-01 12:00+00';

\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE TABLE readings (time timestamptz NOT NULL, device int, UNIQUE (time, device));
SELECT create_hypertable('readings', 'time', chunk_time_interval => interval '1 day');
INSERT INTO readings SELECT t, 1 FROM generate_series('2024-04-01', '2024-05-01', interval '12 hours') AS t;
CREATE TABLE plain (time timestamptz NOT NULL);

-- The policy, as the views show it. It does not run by itself here: time stands before its first start.
SELECT add_retention_policy('readings', interval '7 days', initial_start => '2100-01-01', schedule_interval => '6 hours', timezone => 'Europe/Berlin') AS job \gset
SELECT application_name, schedule_interval, proc_schema, proc_name, owner, fixed_schedule, config, next_start, initial_start, hypertable_schema,
    hypertable_name, check_schema, check_name
FROM timescaledb_information.jobs WHERE job_id = :job \gx
SELECT application_name, state FROM timescaledb_information.job_stats WHERE application_name LIKE '%retention%' ORDER BY job_id DESC LIMIT 1;
SELECT add_retention_policy('readings', interval '7 days', if_not_exists => true);
SELECT add_retention_policy('readings', interval '8 days', if_not_exists => true);
SELECT refusal('SELECT add_retention_policy(''readings'', interval ''7 days'')');

-- Only what is older as a whole goes: 2024-04-24 12:00 is in a chunk that stays.
CALL run_job(:job);
SELECT min(time), count(*) FROM readings;
SELECT count(*) FROM show_chunks('readings');
CALL run_job(:job);
SELECT count(*) FROM show_chunks('readings');

-- A configuration is checked.
SELECT refusal(format('SELECT alter_job(%s, config => ''{}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"hypertable_id": 4711}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"drop_after": "a while"}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"drop_created_before": "1 day"}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"drop_after": "-1 day"}'')', :job));
SELECT refusal(format('SELECT alter_job(%s, config_merge => ''{"drop_needed": "perhaps"}'')', :job));
SELECT config FROM alter_job(:job, config_merge => '{"drop_after": "5 days"}');
CALL run_job(:job);
SELECT min(time) FROM readings;

-- What add_retention_policy refuses.
SELECT refusal('SELECT add_retention_policy(NULL, interval ''1 day'')');
SELECT refusal('SELECT add_retention_policy(''plain'', interval ''1 day'')');
SELECT refusal('SELECT add_retention_policy(''plain'')');
SELECT remove_retention_policy('readings');
SELECT refusal('SELECT add_retention_policy(''readings'')');
SELECT refusal('SELECT add_retention_policy(''readings'', interval ''1 day'', drop_created_before => interval ''1 day'')');
SELECT refusal('SELECT add_retention_policy(''readings'', 7)');
SELECT refusal('SELECT add_retention_policy(''readings'', now())');
SELECT refusal('SELECT add_retention_policy(''readings'', ''a while'')');
SELECT refusal('SELECT add_retention_policy(''readings'', interval ''1 day'', schedule_interval => interval ''0'')');
SELECT refusal('SELECT add_retention_policy(''readings'', interval ''1 day'', timezone => ''nowhere'')');
SELECT refusal('SELECT remove_retention_policy(''readings'')');
SELECT remove_retention_policy('readings', if_exists => true);
SELECT refusal('SELECT remove_retention_policy(''plain'')');
CREATE ROLE regress_policy_other LOGIN;
SET ROLE regress_policy_other;
SELECT refusal('SELECT add_retention_policy(''readings'', interval ''1 day'')');
SELECT refusal('SELECT remove_retention_policy(''readings'')');
SELECT refusal(format('SELECT varve_catalog.drop_chunk(%L, 0, true)', (SELECT c FROM show_chunks('readings') AS c LIMIT 1)));
RESET ROLE;

-- Literals without a type, and the time of creation, by the real clock.
SELECT add_retention_policy('readings', '1 month', initial_start => '2100-01-01') AS job \gset
SELECT config FROM timescaledb_information.jobs WHERE job_id = :job;
SELECT remove_retention_policy('readings');
SELECT add_retention_policy('readings', drop_created_before => interval '1 day', initial_start => '2100-01-01') AS job \gset
SELECT config FROM timescaledb_information.jobs WHERE job_id = :job;
CALL run_job(:job);
SELECT count(*) FROM show_chunks('readings');
SET timescaledb.current_timestamp_mock = '2100-05-01 12:00+00';
CALL run_job(:job);
SELECT count(*) FROM show_chunks('readings');
SET timescaledb.current_timestamp_mock = '2024-05-01 12:00+00';

-- A chunk that is referenced stays, and the run says so after it has dropped the others.
INSERT INTO readings SELECT t, 1 FROM generate_series('2024-04-01', '2024-04-04', interval '1 day') AS t;
CREATE TABLE remarks (time timestamptz, device int, FOREIGN KEY (time, device) REFERENCES readings (time, device));
INSERT INTO remarks VALUES ('2024-04-02', 1);
SELECT remove_retention_policy('readings');
SELECT add_retention_policy('readings', interval '7 days', initial_start => '2100-01-01') AS job \gset
\set VERBOSITY terse
CALL run_job(:job);
\set VERBOSITY default
SELECT time FROM readings;
DROP TABLE remarks;

-- The policy follows its table: the owner, and the end.
ALTER TABLE readings OWNER TO regress_policy_other;
SELECT owner FROM timescaledb_information.jobs WHERE job_id = :job;
SET ROLE regress_policy_other;
CALL run_job(:job);
SELECT count(*) FROM readings;
RESET ROLE;
DROP TABLE readings;
SELECT count(*) FROM timescaledb_information.jobs WHERE job_id = :job;

-- Other types of time.
CREATE TABLE days (day date NOT NULL);
SELECT create_hypertable('days', 'day', chunk_time_interval => interval '1 day');
INSERT INTO days SELECT d FROM generate_series('2024-04-20', '2024-05-01', interval '1 day') AS d;
CALL run_job(add_retention_policy('days', interval '7 days', initial_start => '2100-01-01'));
SELECT min(day) FROM days;
CREATE TABLE stamps (time timestamp NOT NULL);
SELECT create_hypertable('stamps', 'time', chunk_time_interval => interval '1 day');
INSERT INTO stamps SELECT t FROM generate_series('2024-04-20', '2024-05-01', interval '1 day') AS t;
CALL run_job(add_retention_policy('stamps', interval '7 days', initial_start => '2100-01-01'));
SELECT min(time) FROM stamps;

-- Integers need a function that says what now is.
CREATE TABLE counters (n int NOT NULL);
SELECT create_hypertable('counters', 'n', chunk_time_interval => 10);
INSERT INTO counters SELECT generate_series(0, 99);
SELECT refusal('SELECT add_retention_policy(''counters'', interval ''1 day'')');
SELECT refusal('SELECT add_retention_policy(''counters'', 35)');
CREATE FUNCTION newest() RETURNS int LANGUAGE sql STABLE AS 'SELECT max(n) FROM counters';
SELECT set_integer_now_func('counters', 'newest');
SELECT add_retention_policy('counters', 35, initial_start => '2100-01-01') AS job \gset
SELECT config FROM timescaledb_information.jobs WHERE job_id = :job;
CALL run_job(:job);
SELECT min(n), max(n) FROM counters;

-- By itself, with a report.
SET timescaledb.current_timestamp_mock = '';
CREATE TABLE old (time timestamptz NOT NULL);
SELECT create_hypertable('old', 'time', chunk_time_interval => interval '1 day');
INSERT INTO old SELECT t FROM generate_series('2024-04-20', '2024-05-01', interval '1 day') AS t;
SELECT add_retention_policy('old', interval '1 day') AS job \gset
DO $$
BEGIN
    FOR i IN 1 .. 3000 LOOP
        EXIT WHEN EXISTS (SELECT FROM timescaledb_information.job_history WHERE finish_time IS NOT NULL);
        PERFORM pg_sleep(0.01);
        COMMIT;
    END LOOP;
END $$;
SELECT count(*) FROM old;
SELECT outcome, result ->> 'dropped' AS dropped, (result ->> 'bytes')::bigint > 0 AS bytes FROM timescaledb_information.job_history WHERE job_id = :job;
DROP TABLE days, stamps, old;
DROP ROLE regress_policy_other;
