-- Jobs, those that need attention first: state with its reason, last and next run, the last error.
SELECT coalesce(json_agg(json_build_object(
           'jobId', s.job_id, 'name', j.application_name, 'procedure', j.proc_name, 'owner', j.owner::text,
           'relation', j.hypertable_name, 'config', j.config, 'scheduleInterval', j.schedule_interval::text,
           'state', s.state, 'reason', s.reason, 'lastRunStatus', s.last_run_status,
           'lastRunStartedAt', to_char(s.last_run_started_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           'lastRunSeconds', round(extract(epoch FROM s.last_run_duration)::numeric, 3),
           'nextStart', CASE WHEN isfinite(s.next_start) THEN to_char(s.next_start, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END,
           'totalRuns', s.total_runs, 'totalFailures', s.total_failures,
           'lastError', CASE WHEN s.last_run_status = 'Failed' THEN (
               SELECT e.err_message FROM timescaledb_information.job_errors e WHERE e.job_id = s.job_id ORDER BY e.start_time DESC LIMIT 1) END)
       ORDER BY array_position(ARRAY['gave up', 'retrying', 'waiting', 'running', 'scheduled', 'paused'], s.state), s.job_id), '[]')
FROM timescaledb_information.jobs j JOIN timescaledb_information.job_stats s USING (job_id)
