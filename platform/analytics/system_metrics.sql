-- What one service measured, newest first, a page at a time.
-- $1 service  $2 from  $3 to  $4 limit  $5 time and $6 event id of the page before, or null
-- Gives the page as JSON, time and event id of its last row where more follow, and whether the
-- service has ever measured anything.
SELECT coalesce(json_agg(item ORDER BY n) FILTER (WHERE n <= $4::int), '[]'),
       max(rfc3339) FILTER (WHERE n = $4::int AND more),
       max(event_id::text) FILTER (WHERE n = $4::int AND more),
       count(*) > 0 OR EXISTS (SELECT FROM system_metrics WHERE service_name = $1::text)
FROM (SELECT n, event_id, rfc3339, count(*) OVER () > $4::int AS more,
             json_build_object(
                 'time', rfc3339, 'serviceName', service_name, 'cpuUsage', cpu_usage,
                 'memoryUsage', memory_usage, 'requestRate', request_rate, 'errorRate', error_rate,
                 'latencyP99', latency_p99, 'instance', instance) AS item
      FROM (SELECT *, row_number() OVER (ORDER BY "time" DESC, event_id DESC) AS n,
                   to_char("time", 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS rfc3339
            FROM (SELECT "time", event_id, service_name, cpu_usage, memory_usage, request_rate,
                         error_rate, latency_p99, instance
                  FROM system_metrics
                  WHERE service_name = $1::text
                    AND "time" >= $2::timestamptz AND "time" < $3::timestamptz
                    AND ($5::timestamptz IS NULL
                         OR ("time" <= $5::timestamptz AND ("time", event_id) < ($5::timestamptz, $6::uuid)))
                  ORDER BY "time" DESC, event_id DESC
                  LIMIT $4::int + 1) AS page) AS numbered) AS items
