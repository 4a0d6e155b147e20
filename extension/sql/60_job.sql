-- Jobs: procedures that the database runs by itself. extension/job/ starts and records them.

-- Up to 999 are the extension's own.
CREATE SEQUENCE varve_catalog.job_id_seq AS integer MINVALUE 1000 START 1000;

CREATE TABLE varve_catalog.job (
    id                integer  NOT NULL CONSTRAINT job_pkey PRIMARY KEY,
    name              text     NOT NULL,
    schedule_interval interval NOT NULL,
    max_runtime       interval NOT NULL,
    max_retries       integer  NOT NULL,
    retry_period      interval NOT NULL,
    proc_schema       name     NOT NULL,
    proc_name         name     NOT NULL,
    owner             regrole  NOT NULL,
    scheduled         boolean  NOT NULL,
    fixed_schedule    boolean  NOT NULL,
    initial_start     timestamptz,
    timezone          text,
    relation          regclass,  -- what a policy is for: it goes when that goes
    config            jsonb,
    check_schema      name,
    check_name        name,
    CONSTRAINT job_schedule_interval_check CHECK (schedule_interval > interval '0'),
    CONSTRAINT job_max_runtime_check CHECK (max_runtime >= interval '0'),
    CONSTRAINT job_max_retries_check CHECK (max_retries >= -1),
    CONSTRAINT job_retry_period_check CHECK (retry_period > interval '0'),
    CONSTRAINT job_fixed_schedule_check CHECK (initial_start IS NOT NULL OR NOT fixed_schedule)
);
CREATE INDEX job_relation_idx ON varve_catalog.job (relation) WHERE relation IS NOT NULL;

COMMENT ON TABLE varve_catalog.job IS 'jobs: what runs, as whom, when';

-- Apart from the job, so that altering it does not wait for a run, nor a run for whoever alters it.
CREATE TABLE varve_catalog.job_stat (
    job_id                 integer     NOT NULL CONSTRAINT job_stat_pkey PRIMARY KEY,
    next_start             timestamptz NOT NULL,
    last_start             timestamptz,
    last_finish            timestamptz,
    last_successful_finish timestamptz,
    last_success           boolean,
    total_runs             bigint      NOT NULL DEFAULT 0,
    total_successes        bigint      NOT NULL DEFAULT 0,
    total_failures         bigint      NOT NULL DEFAULT 0,
    total_crashes          bigint      NOT NULL DEFAULT 0,
    failures_in_a_row      integer     NOT NULL DEFAULT 0,
    total_duration         interval    NOT NULL DEFAULT '0'
) WITH (fillfactor = 50);

COMMENT ON COLUMN varve_catalog.job_stat.next_start IS
    '-infinity from the start of a run to its end: who finds it so without a worker has found a crash';

CREATE TABLE varve_catalog.job_history (
    id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT job_history_pkey PRIMARY KEY,
    job_id      integer     NOT NULL,
    outcome     text        NOT NULL,
    pid         integer,
    due_time    timestamptz NOT NULL,
    start_time  timestamptz NOT NULL,
    finish_time timestamptz,
    missed      integer     NOT NULL DEFAULT 0,
    wait_reason text,
    proc_schema name        NOT NULL,
    proc_name   name        NOT NULL,
    owner       name,
    config      jsonb,
    sqlerrcode  text,
    err_message text,
    err_detail  jsonb,
    result      jsonb,
    CONSTRAINT job_history_outcome_check CHECK (outcome IN ('running', 'succeeded', 'failed', 'crashed', 'skipped'))
);
CREATE INDEX job_history_job_id_idx ON varve_catalog.job_history (job_id, id);
CREATE INDEX job_history_finish_time_idx ON varve_catalog.job_history (finish_time);

COMMENT ON TABLE varve_catalog.job_history IS 'runs of jobs';
COMMENT ON COLUMN varve_catalog.job_history.missed IS 'slots of a fixed schedule that went by before this run';
COMMENT ON COLUMN varve_catalog.job_history.wait_reason IS 'why the run began later than it was due';

GRANT SELECT ON varve_catalog.job, varve_catalog.job_stat TO PUBLIC;
GRANT SELECT ON SEQUENCE varve_catalog.job_id_seq TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.job', 'WHERE id >= 1000');
SELECT pg_catalog.pg_extension_config_dump('varve_catalog.job_id_seq', '');
GRANT INSERT ON varve_catalog.job TO @extowner@;
GRANT UPDATE ON SEQUENCE varve_catalog.job_id_seq TO @extowner@;

-- pg_restore copies rows in: whoever does must be allowed to act as the owner of the job.
CREATE FUNCTION varve_catalog.job_restored() RETURNS trigger
AS 'MODULE_PATHNAME', 'varve_job_restored'
LANGUAGE C;

COMMENT ON FUNCTION varve_catalog.job_restored() IS
    'checks a row that is not the extension''s own, and tells the scheduler';

CREATE TRIGGER job_restored AFTER INSERT ON varve_catalog.job
    FOR EACH ROW EXECUTE FUNCTION varve_catalog.job_restored();

CREATE FUNCTION add_job(
    proc              regproc,
    schedule_interval interval,
    config            jsonb       DEFAULT NULL,
    initial_start     timestamptz DEFAULT NULL,
    scheduled         boolean     DEFAULT true,
    check_config      regproc     DEFAULT NULL,
    fixed_schedule    boolean     DEFAULT true,
    timezone          text        DEFAULT NULL,
    job_name          text        DEFAULT NULL
) RETURNS integer
AS 'MODULE_PATHNAME', 'varve_add_job'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION add_job(regproc, interval, jsonb, timestamptz, boolean, regproc, boolean, text, text) IS
    'has a procedure or function (job_id integer, config jsonb) run by itself; returns the id of the job';

CREATE FUNCTION alter_job(
    job_id            integer,
    schedule_interval interval    DEFAULT NULL,
    max_runtime       interval    DEFAULT NULL,
    max_retries       integer     DEFAULT NULL,
    retry_period      interval    DEFAULT NULL,
    scheduled         boolean     DEFAULT NULL,
    config            jsonb       DEFAULT NULL,
    next_start        timestamptz DEFAULT NULL,
    if_exists         boolean     DEFAULT false,
    check_config      regproc     DEFAULT NULL,
    fixed_schedule    boolean     DEFAULT NULL,
    initial_start     timestamptz DEFAULT NULL,
    timezone          text        DEFAULT NULL,
    job_name          text        DEFAULT NULL,
    config_merge      jsonb       DEFAULT NULL
) RETURNS TABLE (
    job_id integer, schedule_interval interval, max_runtime interval, max_retries integer, retry_period interval,
    scheduled boolean, config jsonb, next_start timestamptz, check_config text, fixed_schedule boolean,
    initial_start timestamptz, timezone text, application_name name)
AS 'MODULE_PATHNAME', 'varve_alter_job'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;

COMMENT ON FUNCTION alter_job(integer, interval, interval, integer, interval, boolean, jsonb, timestamptz, boolean, regproc, boolean, timestamptz, text, text, jsonb) IS
    'changes what is given of a job; returns the job as it is then';

CREATE FUNCTION delete_job(job_id integer) RETURNS void
AS 'MODULE_PATHNAME', 'varve_delete_job'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION delete_job(integer) IS 'removes a job, and cancels a run in progress';

CREATE PROCEDURE run_job(job_id integer)
AS 'MODULE_PATHNAME', 'varve_run_job'
LANGUAGE C;

COMMENT ON PROCEDURE run_job(integer) IS 'runs a job in this session, now; its schedule does not change';

CREATE FUNCTION _timescaledb_functions.report_run(result jsonb) RETURNS void
AS 'MODULE_PATHNAME', 'varve_report_run'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION _timescaledb_functions.report_run(jsonb) IS
    'within a job: what the run has done so far, for the column result of its history';

CREATE FUNCTION varve_catalog.job_now() RETURNS timestamptz
AS 'MODULE_PATHNAME', 'varve_job_now'
LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION varve_catalog.job_now() IS
    'the time that jobs and policies go by: timescaledb.current_timestamp_mock, or the clock''s';

-- What is going on, from shared memory.
CREATE FUNCTION varve_catalog.job_workers()
RETURNS TABLE (pid integer, database oid, job_id integer, state text, since timestamptz)
AS 'MODULE_PATHNAME', 'varve_job_workers'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION varve_catalog.job_workers() IS 'processes that run jobs, of all databases';

CREATE FUNCTION varve_catalog.job_schedulers()
RETURNS TABLE (database oid, pid integer, next_due timestamptz, wait_reason text, waiting_since timestamptz)
AS 'MODULE_PATHNAME', 'varve_job_schedulers'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION varve_catalog.job_schedulers() IS
    'databases that may have jobs; a scheduler runs only while something is due soon';

-- Stopping the jobs of a database. A restore needs nothing of this; scripts call it, and it is for whoever
-- wants no job to run meanwhile.

CREATE FUNCTION varve_catalog.stop_jobs(stop boolean) RETURNS void
AS 'MODULE_PATHNAME', 'varve_stop_jobs'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION varve_catalog.stop_jobs(boolean) IS 'no jobs of this database begin from the commit on, until the server restarts; or they do again';

CREATE FUNCTION _timescaledb_functions.stop_background_workers() RETURNS boolean
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT varve_catalog.stop_jobs(true);
    SELECT true;
END;
COMMENT ON FUNCTION _timescaledb_functions.stop_background_workers() IS 'no jobs of this database begin until the server restarts';

CREATE FUNCTION _timescaledb_functions.start_background_workers() RETURNS boolean
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT varve_catalog.stop_jobs(false);
    SELECT true;
END;
COMMENT ON FUNCTION _timescaledb_functions.start_background_workers() IS 'jobs of this database run again';

CREATE FUNCTION _timescaledb_functions.restart_background_workers() RETURNS boolean
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT varve_catalog.stop_jobs(false);
    SELECT true;
END;
COMMENT ON FUNCTION _timescaledb_functions.restart_background_workers() IS 'jobs of this database run again; they need no other restart';

CREATE FUNCTION timescaledb_pre_restore() RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM varve_catalog.stop_jobs(true);
    EXECUTE format('ALTER DATABASE %I SET timescaledb.restoring = on', current_database());
    PERFORM set_config('timescaledb.restoring', 'on', false);  -- what a session has when it begins is not changed by that
    RETURN true;
END $$;
COMMENT ON FUNCTION timescaledb_pre_restore() IS 'no jobs of this database run until timescaledb_post_restore()';

CREATE FUNCTION timescaledb_post_restore() RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM varve_catalog.stop_jobs(false);
    EXECUTE format('ALTER DATABASE %I RESET timescaledb.restoring', current_database());
    PERFORM set_config('timescaledb.restoring', 'off', false);
    RETURN true;
END $$;
COMMENT ON FUNCTION timescaledb_post_restore() IS 'jobs of this database run again';

-- What is optional in the configuration of a policy.
CREATE FUNCTION varve_catalog.policy_options_check(config jsonb, counts text[], flags text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    option text;
BEGIN
    FOREACH option IN ARRAY counts LOOP
        IF config ->> option IS NOT NULL AND config ->> option !~ '^\d{1,9}$' THEN
            RAISE 'option "%" must be a whole number, and not negative', option USING ERRCODE = '22023';
        END IF;
    END LOOP;
    FOREACH option IN ARRAY flags LOOP
        IF config ->> option IS NOT NULL AND config ->> option NOT IN ('true', 'false') THEN
            RAISE 'option "%" must be true or false', option USING ERRCODE = '22023';
        END IF;
    END LOOP;
END $$;

COMMENT ON FUNCTION varve_catalog.policy_options_check(jsonb, text[], text[]) IS
    'reports options that are neither missing nor numbers, or truth values, as they should be';

-- The history prunes itself. First in six hours.
CREATE FUNCTION _timescaledb_functions.policy_job_stat_history_retention_check(config jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF config ->> 'drop_after' IS NULL THEN
        RAISE 'the policy needs drop_after' USING ERRCODE = '22023';
    END IF;
    PERFORM (config ->> 'drop_after')::interval;
    PERFORM varve_catalog.policy_options_check(config, '{max_successes_per_job, max_failures_per_job}', '{}');
END $$;

COMMENT ON FUNCTION _timescaledb_functions.policy_job_stat_history_retention_check(jsonb) IS
    'reports what is wrong with the configuration of the policy that prunes the history';

CREATE PROCEDURE _timescaledb_functions.policy_job_stat_history_retention(job_id integer, config jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    expired bigint;
    surplus bigint;
BEGIN
    DELETE FROM varve_catalog.job_history h
    WHERE coalesce(h.finish_time, h.start_time) < varve_catalog.job_now() - (config ->> 'drop_after')::interval;
    GET DIAGNOSTICS expired = ROW_COUNT;
    DELETE FROM varve_catalog.job_history h USING (
        SELECT r.id, r.outcome, row_number() OVER (PARTITION BY r.job_id, r.outcome = 'succeeded' ORDER BY r.id DESC) AS position
        FROM varve_catalog.job_history r WHERE r.finish_time IS NOT NULL) n
    WHERE h.id = n.id AND n.position > CASE n.outcome WHEN 'succeeded' THEN (config ->> 'max_successes_per_job')::bigint
                                                      ELSE (config ->> 'max_failures_per_job')::bigint END;
    GET DIAGNOSTICS surplus = ROW_COUNT;
    PERFORM _timescaledb_functions.report_run(jsonb_build_object('expired', expired, 'surplus', surplus));
END $$;

COMMENT ON PROCEDURE _timescaledb_functions.policy_job_stat_history_retention(integer, jsonb) IS
    'forgets runs that are old, and the oldest of jobs with many';

INSERT INTO varve_catalog.job VALUES (
    3, 'Job History Log Retention Policy [3]', '6 hours', '1 hour', -1, '1 hour', '_timescaledb_functions', 'policy_job_stat_history_retention',
    10::oid::regrole, true, true, now(), NULL, NULL,
    '{"drop_after": "1 month", "max_successes_per_job": 1000, "max_failures_per_job": 1000}',
    '_timescaledb_functions', 'policy_job_stat_history_retention_check');
