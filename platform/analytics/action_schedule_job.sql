-- Pauses a job, or lets it run again.
SELECT job_id FROM alter_job($1::integer, scheduled => $2::boolean)
