-- What jobs there are, how they fare, and why one that is due does not run.

CREATE VIEW timescaledb_information.jobs AS
SELECT j.id AS job_id,
    j.name::name AS application_name,
    j.schedule_interval,
    j.max_runtime,
    j.max_retries,
    j.retry_period,
    j.proc_schema,
    j.proc_name,
    coalesce(r.relowner, j.owner::oid)::regrole AS owner,
    j.scheduled,
    j.fixed_schedule,
    j.config,
    nullif(s.next_start, '-infinity') AS next_start,
    j.initial_start,
    n.nspname AS hypertable_schema,
    r.relname AS hypertable_name,
    j.check_schema,
    j.check_name,
    j.timezone
FROM varve_catalog.job j
    LEFT JOIN varve_catalog.job_stat s ON s.job_id = j.id
    LEFT JOIN pg_class r ON r.oid = j.relation
    LEFT JOIN pg_namespace n ON n.oid = r.relnamespace;
COMMENT ON VIEW timescaledb_information.jobs IS 'jobs, their schedules and owners';

CREATE VIEW timescaledb_information.job_stats AS
SELECT n.nspname AS hypertable_schema,
    r.relname AS hypertable_name,
    j.id AS job_id,
    s.last_start AS last_run_started_at,
    s.last_successful_finish,
    CASE WHEN s.last_success THEN 'Success' WHEN NOT s.last_success THEN 'Failed' END AS last_run_status,
    CASE WHEN w.job_id IS NOT NULL THEN 'Running'
         WHEN NOT j.scheduled OR s.next_start = 'infinity' THEN 'Paused'
         ELSE 'Scheduled' END AS job_status,
    CASE WHEN s.last_finish >= s.last_start THEN s.last_finish - s.last_start END AS last_run_duration,
    nullif(s.next_start, '-infinity') AS next_start,
    s.total_runs,
    s.total_successes,
    s.total_failures,
    CASE WHEN j.proc_schema = '_timescaledb_functions' THEN format('%s [%s]', j.proc_name, j.id) ELSE j.name END AS application_name,
    j.schedule_interval,
    nullif(s.next_start, '-infinity') AS next_run,
    state.state,
    CASE state.state
        WHEN 'gave up' THEN format('failures in a row: %s; alter_job(%s, scheduled => true) starts it again', s.failures_in_a_row, j.id)
        WHEN 'paused' THEN CASE WHEN j.scheduled THEN 'next_start is infinity' ELSE 'scheduled is false' END
        WHEN 'retrying' THEN format('failures in a row: %s', s.failures_in_a_row)
        WHEN 'waiting' THEN coalesce(d.wait_reason, CASE WHEN pg_is_in_recovery() THEN 'the server is a standby' ELSE 'about to start' END)
    END AS reason,
    s.total_crashes,
    s.failures_in_a_row,
    s.total_duration
FROM varve_catalog.job j
    JOIN varve_catalog.job_stat s ON s.job_id = j.id
    LEFT JOIN pg_class r ON r.oid = j.relation
    LEFT JOIN pg_namespace n ON n.oid = r.relnamespace
    LEFT JOIN (SELECT DISTINCT job_id FROM varve_catalog.job_workers()
               WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND state IN ('running', 'starting')) w
        ON w.job_id = j.id
    LEFT JOIN varve_catalog.job_schedulers() d ON d.database = (SELECT oid FROM pg_database WHERE datname = current_database()),
    LATERAL (SELECT CASE WHEN w.job_id IS NOT NULL THEN 'running'
                         WHEN NOT j.scheduled AND j.max_retries >= 0 AND s.failures_in_a_row > j.max_retries THEN 'gave up'
                         WHEN NOT j.scheduled OR s.next_start = 'infinity' THEN 'paused'
                         WHEN s.next_start <= varve_catalog.job_now() THEN 'waiting'
                         WHEN s.failures_in_a_row > 0 THEN 'retrying'
                         ELSE 'scheduled' END) state(state);
COMMENT ON VIEW timescaledb_information.job_stats IS 'how jobs fare: state with its reason, last and next run, counts';

-- Of the jobs whose owner the reader is, or may act as.
CREATE VIEW timescaledb_information.job_history WITH (security_barrier) AS
SELECT h.id,
    h.job_id,
    CASE h.outcome WHEN 'running' THEN NULL ELSE h.outcome = 'succeeded' END AS succeeded,
    h.proc_schema::text AS proc_schema,
    h.proc_name::text AS proc_name,
    h.pid,
    h.start_time,
    h.finish_time,
    h.config,
    h.sqlerrcode,
    h.err_message,
    h.outcome,
    h.due_time,
    h.missed,
    h.wait_reason,
    h.owner,
    h.err_detail,
    h.result
FROM varve_catalog.job_history h
WHERE EXISTS (SELECT FROM pg_roles r WHERE r.rolname = h.owner AND pg_has_role(r.oid, 'MEMBER'))
    OR EXISTS (SELECT FROM pg_roles r WHERE r.rolname = current_user AND r.rolsuper);
COMMENT ON VIEW timescaledb_information.job_history IS 'runs of jobs: outcome, times, what they did, and why they began late';

CREATE VIEW timescaledb_information.job_errors WITH (security_barrier) AS
SELECT job_id, proc_schema, proc_name, pid, start_time, finish_time, sqlerrcode, err_message
FROM timescaledb_information.job_history
WHERE NOT succeeded;
COMMENT ON VIEW timescaledb_information.job_errors IS 'runs of jobs that failed';
