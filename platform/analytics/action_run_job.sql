-- Has the database run a job at once, as its owner and in the background.
SELECT job_id FROM alter_job($1::integer, next_start => now())
