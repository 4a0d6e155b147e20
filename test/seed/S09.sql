-- S09: one service.
PREPARE s09 (varchar, unknown, unknown) AS
SELECT time, service_name, cpu_usage, memory_usage, request_rate, error_rate, latency_p99 FROM system_metrics WHERE service_name = $1 AND time BETWEEN $2 AND $3 ORDER BY time DESC;
EXECUTE s09 ('payment-service', now() - interval '1 hour', now());
