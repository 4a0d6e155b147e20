-- S10: the health of every service within the last hour.
SELECT service_name, AVG(cpu_usage) as avg_cpu, AVG(memory_usage) as avg_memory, AVG(error_rate) as avg_error_rate, MAX(latency_p99) as max_latency FROM system_metrics WHERE time > NOW() - INTERVAL '1 hour' GROUP BY service_name;
