-- S03: a metric by bucket. JDBC sends strings as varchar, also the width of the bucket.
PREPARE s03 (varchar, varchar, unknown, unknown) AS
SELECT time_bucket($1, time) AS bucket, AVG(metric_value) AS avg_value, MIN(metric_value) AS min_value, MAX(metric_value) AS max_value, COUNT(*) AS count FROM customer_metrics WHERE metric_name = $2 AND time BETWEEN $3 AND $4 GROUP BY bucket ORDER BY bucket DESC;
EXECUTE s03 ('1 minute', 'page_views', now() - interval '1 day', now());
EXECUTE s03 ('1 hour', 'page_views', now() - interval '1 day', now());
EXECUTE s03 ('1 day', 'page_views', now() - interval '1 day', now());
EXECUTE s03 ('1 week', 'page_views', now() - interval '1 day', now());
EXECUTE s03 ('1 month', 'page_views', now() - interval '1 day', now());
