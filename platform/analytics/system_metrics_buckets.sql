-- What one service measured, in buckets of UTC, newest first: means, and the largest latency.
-- $1 service  $2 from  $3 to  $4 bucket width
-- Gives the buckets as JSON, and whether the service has ever measured anything.
SELECT coalesce(json_agg(json_build_object(
           'time', to_char(bucket, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'serviceName', $1::text,
           'cpuUsage', cpu_usage, 'memoryUsage', memory_usage, 'requestRate', request_rate,
           'errorRate', error_rate, 'latencyP99', latency_p99, 'instance', NULL) ORDER BY bucket DESC), '[]'),
       count(*) > 0 OR EXISTS (SELECT FROM system_metrics WHERE service_name = $1::text)
FROM (SELECT time_bucket($4::interval, "time") AS bucket, avg(cpu_usage) AS cpu_usage,
             avg(memory_usage) AS memory_usage, avg(request_rate) AS request_rate,
             avg(error_rate) AS error_rate, max(latency_p99) AS latency_p99
      FROM system_metrics
      WHERE service_name = $1::text
        AND "time" >= $2::timestamptz AND "time" < $3::timestamptz
      GROUP BY 1) AS buckets
