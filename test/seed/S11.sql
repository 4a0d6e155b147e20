-- S11: customer activity of a week.
SELECT time, metric_name, metric_value
FROM customer_metrics
WHERE customer_id = '550e8400-e29b-41d4-a716-446655440000'
  AND time > NOW() - INTERVAL '7 days'
ORDER BY time DESC;
