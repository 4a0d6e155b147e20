-- The latest runs of a job, newest first; those of roles that the API may act as.
-- $1 job  $2 rows at most
SELECT coalesce(json_agg(json_build_object(
           'id', r.id, 'outcome', r.outcome, 'dueTime', to_char(r.due_time, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'startTime', to_char(r.start_time, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'seconds', round(extract(epoch FROM r.finish_time - r.start_time)::numeric, 3), 'missed', r.missed,
           'waitReason', r.wait_reason, 'sqlState', r.sqlerrcode, 'error', r.err_message, 'errorDetail', r.err_detail,
           'result', r.result)
       ORDER BY r.id DESC), '[]'),
    EXISTS (SELECT FROM timescaledb_information.jobs WHERE job_id = $1::integer)
FROM (SELECT * FROM timescaledb_information.job_history WHERE job_id = $1::integer ORDER BY id DESC LIMIT $2::integer) r
