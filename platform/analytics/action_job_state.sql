-- The state of a job, NULL where there is none.
SELECT (SELECT s.state FROM timescaledb_information.job_stats s WHERE s.job_id = $1::integer)
