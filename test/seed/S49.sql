-- S49: statistics of the jobs that refresh aggregates.
SELECT * FROM timescaledb_information.job_stats
WHERE application_name LIKE '%continuous_aggregate%';
