-- S20: customer activity from the aggregate.
SELECT hour, customer_id, activity_count, avg_metric_value
FROM customer_activity_hourly
WHERE hour > NOW() - INTERVAL '24 hours'
ORDER BY hour DESC, activity_count DESC
LIMIT 100;
