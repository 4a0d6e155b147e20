-- The health of every service that has measured anything in the week before $2. Each rule compares
-- one figure of the window with two limits; a service is as ill as its worst rule, the system as its
-- worst service. docs/api.md, "Health", says the same in words.
-- $1 from  $2 to
WITH rule (metric, degraded, critical) AS (
    VALUES ('avgCpu', 80::float8, 95::float8),
           ('avgMemory', 85, 95),
           ('avgErrorRate', 1, 5),
           ('maxLatency', 1000, 5000)
), severity (health, rank) AS (
    VALUES ('HEALTHY', 0), ('UNKNOWN', 1), ('DEGRADED', 2), ('CRITICAL', 3)
), seen AS (
    SELECT service_name, max("time") AS last_seen
    FROM system_metrics
    WHERE "time" >= least($1::timestamptz, $2::timestamptz - interval '7 days')
      AND "time" < $2::timestamptz
    GROUP BY 1
), judged AS (
    SELECT service_name, count(*) AS samples, avg(cpu_usage) AS cpu, avg(memory_usage) AS memory,
           avg(error_rate) AS errors, max(latency_p99) AS latency
    FROM system_metrics
    WHERE "time" >= $1::timestamptz AND "time" < $2::timestamptz
    GROUP BY 1
), broken AS (
    SELECT service_name, metric, observed,
           CASE WHEN observed >= critical THEN critical ELSE degraded END AS threshold,
           CASE WHEN observed >= critical THEN 'CRITICAL' ELSE 'DEGRADED' END AS health
    FROM judged, rule,
         LATERAL (SELECT CASE metric WHEN 'avgCpu' THEN cpu WHEN 'avgMemory' THEN memory
                                     WHEN 'avgErrorRate' THEN errors ELSE latency END) AS figure (observed)
    WHERE observed >= degraded
    UNION ALL
    SELECT service_name, 'samples', 0, 1, 'UNKNOWN'
    FROM seen WHERE service_name NOT IN (SELECT service_name FROM judged)
), service AS (
    SELECT service_name, coalesce(max(rank), 0) AS rank,
           coalesce(json_agg(json_build_object(
               'metric', metric, 'observed', observed, 'threshold', threshold, 'health', health)
               ORDER BY rank DESC, metric) FILTER (WHERE metric IS NOT NULL), '[]') AS reasons
    FROM seen LEFT JOIN broken USING (service_name) LEFT JOIN severity USING (health)
    GROUP BY 1
)
SELECT json_build_object(
    'overallHealth', (SELECT health FROM severity WHERE rank = coalesce((SELECT max(service.rank) FROM service), 1)),
    'services', coalesce(json_agg(json_build_object(
        'serviceName', service_name, 'avgCpu', cpu, 'avgMemory', memory, 'avgErrorRate', errors,
        'maxLatency', latency, 'samples', coalesce(samples, 0),
        'lastSeen', to_char(last_seen, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'health', severity.health, 'reasons', reasons) ORDER BY service_name), '[]'))
FROM service JOIN severity USING (rank) JOIN seen USING (service_name) LEFT JOIN judged USING (service_name)
