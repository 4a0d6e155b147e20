-- The scheduler runs what is due: results, failures, retries, the session that an action meets, NOTIFY.
-- Waits are bounded, and end as soon as what they wait for is so.
SET timezone = 'UTC';
CREATE PROCEDURE await(condition text) LANGUAGE plpgsql AS $$
DECLARE
    done boolean;
BEGIN
    FOR i IN 1 .. 3000 LOOP
        EXECUTE 'SELECT ' || condition INTO done;
        IF done THEN
            RETURN;
        END IF;
        COMMIT;
        PERFORM pg_sleep(0.01);
    END LOOP;
    RAISE 'not so after 30 s: %', condition;
END $$;
CREATE TABLE runs (job_id int, who name DEFAULT current_user, session name DEFAULT session_user,
    app text DEFAULT current_setting('application_name'), setting text DEFAULT current_setting('work_mem'));

-- An action that commits, one that fails after a commit, and one that leaves a mess in its session.
CREATE PROCEDURE act(job_id int, config jsonb) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO runs VALUES (job_id);
    COMMIT;
    PERFORM _timescaledb_functions.report_run('{"rows": 1}');
END $$;
CREATE PROCEDURE fail(job_id int, config jsonb) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO runs VALUES (job_id);
    COMMIT;
    INSERT INTO runs VALUES (-job_id);
    RAISE 'no luck' USING ERRCODE = 'DD000', DETAIL = 'none at all';
END $$;
CREATE FUNCTION mess(job_id int, config jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO runs VALUES (job_id);
    CREATE TEMPORARY TABLE mine (a int);
    SET work_mem = '64kB';
    PERFORM pg_advisory_lock(1);
END $$;
SELECT add_job('act', '1 day', job_name => 'acts') AS act, add_job('fail', '1 day', config => '{"a": 1}') AS fail, add_job('mess', '1 day') AS mess \gset
CALL await('(SELECT count(*) = 3 FROM timescaledb_information.job_history WHERE finish_time IS NOT NULL)
    AND NOT EXISTS (SELECT FROM timescaledb_information.job_stats WHERE job_id >= 1000 AND job_status = ''Running'')');
SELECT * FROM runs ORDER BY job_id;
SELECT job_id, last_run_status, job_status, state, reason, total_runs, total_successes, total_failures, failures_in_a_row
FROM timescaledb_information.job_stats WHERE job_id >= 1000 ORDER BY job_id;
SELECT job_id, succeeded, outcome, proc_schema, proc_name, config, sqlerrcode, err_message, err_detail ->> 'detail' AS detail, result, missed, owner
FROM timescaledb_information.job_history ORDER BY job_id;
SELECT job_id, sqlerrcode, err_message, finish_time >= start_time AS in_order FROM timescaledb_information.job_errors;
-- A day later by its schedule; five minutes later, more or less, after the failure.
SELECT job_id, next_start - initial_start = '1 day' AS tomorrow, next_start < now() + '6 minutes' AS soon
FROM timescaledb_information.jobs WHERE job_id >= 1000 ORDER BY job_id;

-- The next run meets a session as new; whether in the same process or not.
SELECT scheduled FROM alter_job(:mess, next_start => now());
CALL await('(SELECT total_runs = 2 AND job_status = ''Scheduled'' FROM timescaledb_information.job_stats WHERE job_id = ' || :mess || ')');
SELECT setting, count(*) FROM runs WHERE job_id = :mess GROUP BY 1;
SELECT last_run_status FROM timescaledb_information.job_stats WHERE job_id = :mess;

-- Retries end: the job gives up, and starts again when it is told to.
SELECT max_retries FROM alter_job(:fail, max_retries => 1, next_start => now());
CALL await('(SELECT state = ''gave up'' FROM timescaledb_information.job_stats WHERE job_id = ' || :fail || ')');
SELECT job_status, state, reason, total_failures FROM timescaledb_information.job_stats WHERE job_id = :fail;
SELECT scheduled FROM alter_job(:fail, scheduled => true, next_start => 'infinity');
SELECT state, reason FROM timescaledb_information.job_stats WHERE job_id = :fail;

-- max_runtime
CREATE PROCEDURE linger(job_id int, config jsonb) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(1000);
END $$;
BEGIN;
SELECT add_job('linger', '1 day') AS linger \gset
SELECT max_runtime FROM alter_job(:linger, max_runtime => '100 milliseconds');
COMMIT;
CALL await('(SELECT total_failures = 1 FROM timescaledb_information.job_stats WHERE job_id = ' || :linger || ')');
SELECT sqlerrcode, err_message FROM timescaledb_information.job_errors WHERE job_id = :linger;

-- Deleting a job cancels its run; an action may delete its own job.
SELECT max_runtime FROM alter_job(:linger, max_runtime => '0', next_start => now());
CALL await('(SELECT job_status = ''Running'' FROM timescaledb_information.job_stats WHERE job_id = ' || :linger || ')');
SELECT state, reason FROM timescaledb_information.job_stats WHERE job_id = :linger;
SELECT delete_job(:linger);
CALL await('(SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE ''CALL public.linger%'' AND state <> ''idle'')');
CREATE PROCEDURE once(job_id int, config jsonb) LANGUAGE sql AS $$ INSERT INTO runs VALUES (-1); SELECT delete_job(job_id) $$;
SELECT add_job('once', '1 second') AS once \gset
CALL await('(SELECT count(*) = 0 FROM varve_catalog.job WHERE proc_name = ''once'')');
SELECT count(*) FROM runs WHERE job_id = -1;

-- The owner's privileges, and no way back to more.
CREATE ROLE regress_job_poor LOGIN;
GRANT INSERT ON runs TO regress_job_poor;
CREATE TABLE secret (a int);
CREATE PROCEDURE look(job_id int, config jsonb) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO runs VALUES (job_id);
    COMMIT;
    RESET ROLE;
    RESET SESSION AUTHORIZATION;
    PERFORM * FROM secret;
END $$;
SET ROLE regress_job_poor;
SELECT add_job('look', '1 day') AS look \gset
RESET ROLE;
CALL await('(SELECT total_failures = 1 FROM timescaledb_information.job_stats WHERE job_id = ' || :look || ')');
SELECT who, session FROM runs WHERE job_id = :look;
SELECT sqlerrcode, err_message FROM timescaledb_information.job_errors WHERE job_id = :look;
-- Others' runs are not theirs to see.
SET ROLE regress_job_poor;
SELECT DISTINCT job_id = :look AS own FROM timescaledb_information.job_history;
RESET ROLE;
-- A procedure that has gone, an owner who may no longer log in.
DROP PROCEDURE look;
SELECT scheduled FROM alter_job(:look, next_start => now());
CALL await('(SELECT total_failures = 2 FROM timescaledb_information.job_stats WHERE job_id = ' || :look || ')');
ALTER ROLE regress_job_poor NOLOGIN;
SELECT scheduled FROM alter_job(:look, next_start => now());
CALL await('(SELECT total_failures = 3 FROM timescaledb_information.job_stats WHERE job_id = ' || :look || ')');
SELECT sqlerrcode, err_message FROM timescaledb_information.job_errors WHERE job_id = :look ORDER BY finish_time DESC LIMIT 2;
DROP OWNED BY regress_job_poor;

-- History that is old, or too much, goes.
CALL run_job(3);
SELECT count(*) > 5 AS kept FROM timescaledb_information.job_history;
SELECT config ->> 'max_failures_per_job' AS failures FROM alter_job(3, config_merge => '{"max_failures_per_job": 1, "max_successes_per_job": 0}');
CALL run_job(3);
-- Its configuration is checked.
\set VERBOSITY sqlstate
SELECT alter_job(3, config_merge => '{"drop_after": "soon"}');
SELECT alter_job(3, config_merge => '{"drop_after": null}');
SELECT alter_job(3, config_merge => '{"max_failures_per_job": -1}');
\set VERBOSITY default
SELECT outcome, count(*) = count(DISTINCT job_id) AS one_each FROM timescaledb_information.job_history GROUP BY 1 ORDER BY 1;
SELECT delete_job(job_id) FROM timescaledb_information.jobs WHERE job_id >= 1000;
DROP ROLE regress_job_poor;
