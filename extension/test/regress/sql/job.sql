-- add_job, alter_job, run_job, delete_job: what they accept, what they refuse, with which SQLSTATE. Nothing
-- runs by itself here: no job is scheduled.
\set ON_ERROR_STOP 0
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET timescaledb.current_timestamp_mock = '2024-05-01 12:34:56+00';

\getenv dir PG_ABS_SRCDIR
\set helpers :dir '/sql/refusal.inc'
\i :helpers
CREATE TABLE runs (job_id int, config jsonb, who text DEFAULT current_user);
CREATE PROCEDURE act(job_id int, config jsonb) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO runs VALUES (job_id, config);
    COMMIT;
    INSERT INTO runs VALUES (-job_id, config);
END $$;
CREATE FUNCTION act_in_function(job_id int, config jsonb) RETURNS void LANGUAGE sql AS $$ INSERT INTO runs VALUES ($1, $2) $$;
CREATE FUNCTION takes_nothing() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION check_limit(config jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT coalesce(config ? 'limit', false) THEN
        RAISE 'limit is missing';
    END IF;
END $$;
CREATE VIEW job AS SELECT j.*, s.next_start FROM varve_catalog.job j JOIN varve_catalog.job_stat s ON s.job_id = j.id WHERE id >= 1000;

-- add_job: defaults, and everything given.
SELECT add_job('act', '1 hour', scheduled => false);
SELECT add_job('act_in_function', '1 month', config => '{"limit": 7}', initial_start => '2024-01-31 03:00+00', scheduled => false,
    check_config => 'check_limit', fixed_schedule => true, timezone => 'Europe/Berlin', job_name => 'monthly');
SELECT add_job('act', '1 day 2 hours', fixed_schedule => false, scheduled => false);
SELECT * FROM job ORDER BY id \gx

-- What it refuses.
SELECT refusal('SELECT add_job(NULL, ''1 hour'')');
SELECT refusal('SELECT add_job(''act'', NULL)');
SELECT refusal('SELECT add_job(''act'', ''0 hours'')');
SELECT refusal('SELECT add_job(''act'', ''-1 hour'')');
SELECT refusal('SELECT add_job(''act'', ''1 month 1 day'')');
SELECT refusal('SELECT add_job(''act'', ''1 month 1 day'', fixed_schedule => false, scheduled => false)');
SELECT refusal('SELECT add_job(''act'', ''1 hour'', initial_start => ''infinity'')');
SELECT refusal('SELECT add_job(''act'', ''1 hour'', timezone => ''Europe/Atlantis'')');
SELECT refusal('SELECT add_job(''nowhere'', ''1 hour'')');
SELECT refusal('SELECT add_job(0::regproc, ''1 hour'')');
SELECT refusal('SELECT add_job(''takes_nothing'', ''1 hour'')');
SELECT refusal('SELECT add_job(''pg_catalog.rank'', ''1 hour'')');
SELECT refusal('SELECT add_job(''act'', ''1 hour'', check_config => ''takes_nothing'')');
SELECT refusal('SELECT add_job(''act'', ''1 hour'', check_config => ''check_limit'')');
SELECT refusal('SELECT add_job(''act'', ''1 hour'', config => ''{}'', check_config => ''check_limit'')');
BEGIN;
SELECT add_job('act', '1 hour', scheduled => false) > 0 AS added;
PREPARE TRANSACTION 'job';
SELECT count(*) FROM job;

-- alter_job: each argument.
SELECT alter_job(1000, '2 hours');
SELECT * FROM alter_job(1000, max_runtime => '10 minutes', max_retries => 3, retry_period => '1 minute', config => '{"a": 1}',
    next_start => '2030-01-01', job_name => 'renamed', timezone => 'UTC', initial_start => '2024-02-01') \gx
SELECT config FROM alter_job(1000, config_merge => '{"b": 2}');
SELECT next_start FROM alter_job(1000, next_start => 'infinity');
SELECT job_status, state, reason FROM timescaledb_information.job_stats WHERE job_id = 1000;
SELECT check_config FROM alter_job(1000, config => '{"limit": 1}', check_config => 'check_limit');
SELECT check_config FROM alter_job(1000, check_config => 0::regproc);
SELECT fixed_schedule, initial_start FROM alter_job(1002, fixed_schedule => true, schedule_interval => '1 day');
SELECT next_start FROM alter_job(1001, initial_start => '2024-06-30 03:00+00');
SELECT * FROM alter_job(4711, if_exists => true);

SELECT refusal('SELECT alter_job(NULL)');
SELECT refusal('SELECT alter_job(4711)');
SELECT refusal('SELECT alter_job(1000, config => ''{}'', config_merge => ''{}'')');
SELECT refusal('SELECT alter_job(1000, next_start => ''-infinity'')');
SELECT refusal('SELECT alter_job(1000, schedule_interval => ''0'')');
SELECT refusal('SELECT alter_job(1000, schedule_interval => ''1 month 1 hour'')');
SELECT refusal('SELECT alter_job(1000, max_runtime => ''-1 second'')');
SELECT refusal('SELECT alter_job(1000, max_retries => -2)');
SELECT refusal('SELECT alter_job(1000, retry_period => ''0'')');
SELECT refusal('SELECT alter_job(1000, timezone => ''nowhere'')');
SELECT refusal('SELECT alter_job(1001, initial_start => ''infinity'')');
SELECT refusal('SELECT alter_job(1002, fixed_schedule => false, initial_start => ''-infinity'')');
SELECT refusal('SELECT alter_job(1001, config => ''{}'')');
SELECT refusal('SELECT alter_job(1001, check_config => ''takes_nothing'')');
SELECT refusal('SET timescaledb.current_timestamp_mock = ''soon''');

-- run_job: here and now, and the action may commit; not within a transaction block, nor a function.
CALL run_job(1000);
CALL run_job(1001);
TABLE runs;
BEGIN;
CALL run_job(1000);
ROLLBACK;
SELECT refusal('CALL run_job(1000)');
SELECT count(*) FROM runs;
SELECT refusal('CALL run_job(NULL)');
SELECT refusal('CALL run_job(4711)');
-- It is no scheduled run.
SELECT total_runs, last_run_started_at FROM timescaledb_information.job_stats WHERE job_id = 1001;
SELECT count(*) FROM timescaledb_information.job_history;

-- Only an owner, or a member of that role, changes or runs a job.
CREATE ROLE regress_job_owner LOGIN;
CREATE ROLE regress_job_other LOGIN;
CREATE ROLE regress_job_group NOLOGIN;
GRANT SELECT, INSERT ON runs TO PUBLIC;
GRANT CREATE ON SCHEMA public TO regress_job_owner, regress_job_group;
SET ROLE regress_job_owner;
SELECT add_job('act', '1 hour', scheduled => false) AS own \gset
RESET ROLE;
SET ROLE regress_job_other;
SELECT refusal(format('SELECT alter_job(%s, scheduled => true)', :own));
SELECT refusal(format('SELECT delete_job(%s)', :own));
SELECT refusal(format('CALL run_job(%s)', :own));
SELECT refusal('SELECT alter_job(3, scheduled => false)');
SELECT refusal('INSERT INTO varve_catalog.job SELECT * FROM varve_catalog.job');
SELECT refusal('UPDATE varve_catalog.job_stat SET next_start = now()');
SELECT refusal('SELECT * FROM varve_catalog.job_history');
SET ROLE regress_job_group;
SELECT refusal('SELECT add_job(''act'', ''1 hour'')');
RESET ROLE;
REVOKE EXECUTE ON PROCEDURE act FROM PUBLIC;
SET ROLE regress_job_other;
SELECT refusal('SELECT add_job(''act'', ''1 hour'')');
RESET ROLE;
GRANT regress_job_owner TO regress_job_other;
SET ROLE regress_job_other;
SELECT scheduled FROM alter_job(:own, scheduled => false);
RESET ROLE;

-- A role with jobs cannot be dropped; its jobs can be given away, or go with what it owns.
SELECT refusal('DROP ROLE regress_job_owner');
REASSIGN OWNED BY regress_job_owner TO regress_job_other;
SELECT id - :own AS id, owner FROM job WHERE owner <> 'postgres'::regrole;
DROP OWNED BY regress_job_owner;
DROP OWNED BY regress_job_other;
SELECT count(*) FROM job WHERE owner <> 'postgres'::regrole;
DROP OWNED BY regress_job_group;
DROP ROLE regress_job_owner, regress_job_other, regress_job_group;

-- A procedure that has gone.
DROP FUNCTION act_in_function;
SELECT refusal('CALL run_job(1001)');

-- delete_job
SELECT delete_job(1001);
SELECT refusal('SELECT delete_job(1001)');
SELECT delete_job(NULL);
BEGIN;
SELECT delete_job(1000);
SAVEPOINT one;
SELECT delete_job(1002);
ROLLBACK TO one;
COMMIT;
SELECT id FROM job ORDER BY id;
SELECT job_id FROM varve_catalog.job_stat ORDER BY 1;

-- The extension's own job, and a fresh start.
SELECT application_name, schedule_interval, max_runtime, max_retries, retry_period, proc_schema, proc_name, owner, scheduled, fixed_schedule, config,
    next_start > initial_start AS later
FROM timescaledb_information.jobs WHERE job_id = 3 \gx
DROP VIEW job;
DROP EXTENSION varve CASCADE;
CREATE EXTENSION varve;
SELECT job_id, proc_name FROM timescaledb_information.jobs ORDER BY 1;
