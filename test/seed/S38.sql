-- S38: the jobs of policies, and when they run next.
SELECT
    job_id,
    application_name,
    schedule_interval,
    next_run,
    state
FROM timescaledb_information.job_stats
WHERE application_name LIKE '%compression%'
   OR application_name LIKE '%retention%'
   OR application_name LIKE '%continuous_aggregate%';
