-- S18: how services fare, by hour.
SELECT
    service_name,
    time_bucket('1 hour', time) AS hour,
    AVG(cpu_usage) AS avg_cpu,
    MAX(cpu_usage) AS max_cpu,
    AVG(memory_usage) AS avg_memory
FROM system_metrics
WHERE time > NOW() - INTERVAL '24 hours'
GROUP BY service_name, hour
ORDER BY hour DESC, avg_cpu DESC;
